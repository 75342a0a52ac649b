//! What an event changes of what is known, and what it is about.

mod action;
mod descriptor;
mod parameters;
mod process;
mod socket;

use sekisho_capture::{Event, EventBuf};

pub(crate) use self::action::{Action, Traits, action, traits};
pub(crate) use self::action::{descriptor_place, is_generic};
pub(crate) use self::parameters::{Parameters, has_result, listed, result};
use crate::state::image::Image;
use crate::state::thread::Thread;
use crate::state::{Slot, State};

/// No more buffers of enter events are kept for use again.
const SPARE_BUFFERS: usize = 64;

/// What an event is about.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Context {
    /// The thread that did it.
    pub(crate) thread: Option<Slot>,
    /// The thread and number of the descriptor that it is about, where that is known.
    pub(crate) file: Option<(Slot, i64)>,
    /// The name of what the descriptor stands for has changed.
    pub(crate) name_changed: bool,
    after: After,
}

impl Context {
    /// That of an event of which thread and descriptor are known.
    pub(crate) fn of(thread: Slot, file: Option<(Slot, i64)>) -> Self {
        Self { thread: Some(thread), file, ..Self::default() }
    }
}

/// What changes when the event was looked at.
#[derive(Clone, Copy, Debug, Default)]
enum After {
    #[default]
    Nothing,
    /// The descriptor that the event is about is closed.
    Close,
    /// The thread has ended.
    End,
}

impl State {
    /// Takes an event as current versions have it.
    pub(crate) fn step(&mut self, event: &Event<'_>, traits: Traits) -> Context {
        let action = traits.action;
        if let Action::Notice = action {
            self.notice(event);
            return Context::default();
        }
        let mut context = Context { thread: self.thread(event, traits), ..Context::default() };
        let Some(slot) = context.thread else {
            if action == Action::Clone {
                self.clone_exit(event, &mut context);
            }
            return context;
        };
        if traits.is_syscall {
            let descriptor = traits.place.and_then(|place| event.i64(place.into()));
            let mut is_open = false;
            if let Some(thread) = self.threads.use_mut(slot) {
                thread.descriptor = descriptor.unwrap_or(-1);
                thread.is_recent = true;
                // Of most threads the descriptors are their own.
                is_open = descriptor.is_some_and(|number| {
                    !thread.shares_descriptors() && thread.descriptors.get(number).is_some()
                });
            }
            if let Some(number) = descriptor
                && (is_open || self.file(slot, number).is_some())
            {
                context.file = Some((slot, number));
            }
            if traits.is_enter {
                if action == Action::Remember {
                    self.remember(slot, event);
                }
                return context;
            }
        }
        if action != Action::Nothing {
            self.act(action, event, slot, &mut context);
        }
        context
    }

    /// Does what was put off until the event was looked at.
    pub(crate) fn settle(&mut self, context: Context) {
        match context.after {
            After::Nothing => {}
            After::Close => {
                if let Some((slot, number)) = context.file {
                    self.close(slot, number);
                }
            }
            After::End => {
                if let Some(slot) = context.thread {
                    self.threads.end(slot);
                }
            }
        }
    }

    /// The thread of an event. One that did something is known from then on, be it by its number alone.
    #[inline]
    pub(crate) fn thread(&mut self, event: &Event<'_>, traits: Traits) -> Option<Slot> {
        self.threads.find_again(event.head.thread).or_else(|| self.unknown_thread(event, traits))
    }

    #[cold]
    fn unknown_thread(&mut self, event: &Event<'_>, traits: Traits) -> Option<Slot> {
        let tid = event.head.thread;
        let is_told_of = matches!(traits.action, Action::Clone | Action::Switch | Action::End | Action::Keep);
        if is_told_of || traits.is_meta {
            return None;
        }
        self.unknown_threads += 1;
        let image = Image { command: b"<NA>".to_vec(), exe: b"<NA>".to_vec(), ..Image::default() };
        let image = self.identified(image);
        self.threads.charge_image(&image);
        let pid = if self.is_legacy { tid } else { -1 };
        let slot = self.threads.insert(Thread { image: image.into(), pid, ..Thread::new(tid) });
        self.threads.link(slot);
        Some(slot)
    }

    fn act(&mut self, action: Action, event: &Event<'_>, slot: Slot, context: &mut Context) {
        match action {
            Action::Nothing | Action::Notice | Action::Remember | Action::Keep => {}
            Action::Clone => self.clone_exit(event, context),
            Action::Execute => self.execute(event, slot),
            Action::End => {
                if let Some(reaper) = event.i64(4).filter(|reaper| *reaper > 0) {
                    self.adopted(slot, reaper);
                }
                context.after = After::End;
            }
            Action::Open => self.open(event, slot, context),
            Action::Close => {
                if result(event) >= 0 && context.file.is_some() {
                    context.after = After::Close;
                }
            }
            Action::CloseRange => self.close_range(event, slot),
            Action::Duplicate => self.duplicate(event, slot, context),
            Action::Control => self.control(event, slot, context),
            Action::Pipe => self.pipe(event, slot, context),
            Action::Made(kind) => self.made(event, slot, kind, context),
            Action::MemoryFile => self.memory_file(event, slot, context),
            Action::ProcessDescriptor => self.process_descriptor(event, slot, context),
            Action::Borrow => self.borrow(event, slot, context),
            Action::Socket => self.socket(event, slot, context),
            Action::SocketPair => self.socket_pair(event, slot, context),
            Action::Bind => self.bind(event, context),
            Action::Connect => self.connect(event, slot, context),
            Action::Accept => self.accept(event, slot, context),
            Action::Send(place) => self.send(event, slot, place.into(), context),
            Action::Receive(place) => self.receive(event, place.map(usize::from), context),
            Action::Folder => self.change_folder(event, slot, context),
            Action::Limit => self.limit(event, slot),
            Action::LimitOf => self.limit_of(event),
            Action::Memory => self.memory(event, slot),
            Action::Switch => self.switch(event, slot),
            Action::User(place) => {
                if let (0, Some(uid)) = (result(event), event.u32(place.into()))
                    && let Some(thread) = self.threads.get_mut(slot)
                {
                    thread.uid = uid;
                }
            }
            Action::Group(place) => {
                if let (0, Some(gid)) = (result(event), event.u32(place.into()))
                    && let Some(thread) = self.threads.get_mut(slot)
                {
                    thread.gid = gid;
                }
            }
            Action::Root => self.change_root(event, slot),
            Action::Session => {
                if let Some(thread) = self.threads.get_mut(slot).filter(|_| result(event) >= 0) {
                    thread.session = result(event);
                }
            }
            Action::Capabilities => self.capabilities(event, slot),
            Action::Namespace(place) => self.namespace(event, slot, place.into()),
            Action::Process => self.control_process(event, slot),
        }
    }

    /// Keeps an enter event for its exit, whose parameters another thread may have changed meanwhile.
    fn remember(&mut self, slot: Slot, event: &Event<'_>) {
        let mut buffer = self.spare.pop().unwrap_or_else(|| Box::new(EventBuf::new(event.head)));
        buffer.assign(event);
        if let Some(thread) = self.threads.use_mut(slot)
            && let Some(old) = thread.entered.replace(buffer)
        {
            self.give_back(old);
        }
    }

    /// The enter event of an exit, where it was seen.
    fn entered(&mut self, slot: Slot, exit: &Event<'_>) -> Option<Box<EventBuf>> {
        let entered = self.threads.use_mut(slot)?.entered.take()?;
        if entered.head.kind.number().checked_add(1) == Some(exit.head.kind.number()) {
            return Some(entered);
        }
        self.give_back(entered);
        None
    }

    fn give_back(&mut self, buffer: Box<EventBuf>) {
        if self.spare.len() < SPARE_BUFFERS {
            self.spare.push(buffer);
        }
    }
}
