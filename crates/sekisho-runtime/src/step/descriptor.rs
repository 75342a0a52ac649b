//! Descriptors are opened, copied, marked and closed.

use std::sync::Arc;

use sekisho_capture::Event;

use super::{Context, Parameters, result};
use crate::state::file::{File, FileKind};
use crate::state::opened::Opening;
use crate::state::{Slot, State, flag, path};

/// Commands of `fcntl`, as captures number them.
const DUPLICATE: u8 = 1;
const SET_FLAGS: u8 = 3;
const DUPLICATE_CLOSING: u8 = 26;

impl State {
    /// Puts a descriptor in; the event is about it.
    pub(super) fn add(&mut self, slot: Slot, number: i64, file: File, context: &mut Context) {
        self.put(slot, number, file);
        self.now_about(slot, number, context);
    }

    /// The event is about a descriptor that was put in.
    fn now_about(&mut self, slot: Slot, number: i64, context: &mut Context) {
        if let Some(thread) = self.threads.use_mut(slot) {
            thread.descriptor = number;
        }
        let file = self.file(slot, number);
        context.name_changed |= file.is_some_and(|file| !file.name.is_empty());
        context.file = file.is_some().then_some((slot, number));
    }

    pub(super) fn open(&mut self, event: &Event<'_>, slot: Slot, context: &mut Context) {
        let entered = self.entered(slot, event);
        let number = result(event);
        if number >= 0 {
            let file = self.opened(event, slot, entered.as_deref());
            self.put_shared(slot, number, file);
            self.now_about(slot, number, context);
        }
        if let Some(entered) = entered {
            self.give_back(entered);
        }
    }

    /// What was opened. What the call was given counts more than what it was given when it ended: another thread may
    /// have changed that.
    fn opened(
        &mut self,
        event: &Event<'_>,
        slot: Slot,
        entered: Option<&sekisho_capture::EventBuf>,
    ) -> Arc<File> {
        let constant = event.head.kind.info().constant;
        let enter = entered.map(sekisho_capture::EventBuf::as_event);
        // Where an exit has folder, name and flags, and its enter event name and flags.
        let (folder, name, flags, device, in_enter) = match constant {
            "SYSCALL_OPEN_X" => (None, 1, 2, 4, Some((None, 0, 1))),
            "SYSCALL_CREAT_X" => (None, 1, usize::MAX, 3, Some((None, 0, usize::MAX))),
            "SYSCALL_OPENAT_2_X" => (Some(1), 2, 3, 5, Some((Some(0), 1, 2))),
            "SYSCALL_OPENAT2_X" => (Some(1), 2, 3, 6, Some((Some(0), 1, 2))),
            _ => (None, 3, 2, 4, None),
        };
        let mut from = folder.and_then(|place| event.i64(place));
        let mut path: Option<&[u8]> = None;
        let mut bits = event.u32(flags).unwrap_or_default();
        if constant == "SYSCALL_CREAT_X" {
            bits = match event.u16(5).unwrap_or_default() {
                set if set & 1 != 0 => flag::UPPER_LAYER,
                set if set & 2 != 0 => flag::LOWER_LAYER,
                _ => 0,
            };
        }
        if let (Some(enter), Some((folder, name, flags))) = (&enter, in_enter)
            && let Some(asked) = enter.text(name).filter(|asked| *asked != b"<NA>")
        {
            path = Some(asked);
            let made = !(flag::O_CREATED - 1);
            bits = enter.u32(flags).unwrap_or_default() | bits & made;
            if let Some(folder) = folder {
                from = enter.i64(folder);
            }
        }
        let path = path.or_else(|| event.text(name)).unwrap_or(b"<NA>");
        let opening = Opening {
            flags: bits,
            device: event.u32(device).unwrap_or_default(),
            inode: event.u64(device + 1).unwrap_or_default(),
        };
        let counts_folder = matches!(constant, "SYSCALL_OPEN_X" | "SYSCALL_CREAT_X");
        let folder_bytes = if counts_folder { self.working_folder(slot).len() } else { 1 };
        if path::fits(folder_bytes, path)
            && let Some(known) = self.reopened(opening, path)
        {
            return known;
        }
        let raw_name: Arc<[u8]> = path.into();
        let name = if path::is_plain(folder_bytes, path) {
            raw_name.clone()
        } else {
            let base = match (constant, from) {
                ("SYSCALL_OPEN_BY_HANDLE_AT_X", _) => Vec::new(),
                ("SYSCALL_OPEN_X" | "SYSCALL_CREAT_X", _) => self.working_folder(slot).to_vec(),
                (_, Some(descriptor)) => self.folder(slot, path, descriptor),
                (_, None) => Vec::new(),
            };
            path::joined(&base, path).into()
        };
        self.as_before(opening, name, raw_name)
    }

    pub(super) fn close_range(&mut self, event: &Event<'_>, slot: Slot) {
        /// The descriptors are marked to be closed when a program is executed.
        const MARK: u32 = 4;
        let (Some(first), Some(last)) = (event.u32(1), event.u32(2)) else { return };
        let Some(owner) = self.owner(slot).filter(|_| result(event) >= 0) else { return };
        let Some(thread) = self.threads.get(owner) else { return };
        let range = i64::from(first)..=i64::from(last);
        let marks = event.u32(3).unwrap_or_default() & MARK != 0;
        for number in thread.descriptors.numbers(|number, _| range.contains(&number)) {
            if marks {
                self.change(owner, number, |file| file.flags |= flag::O_CLOEXEC);
            } else {
                self.close(owner, number);
            }
        }
    }

    pub(super) fn duplicate(&mut self, event: &Event<'_>, slot: Slot, context: &mut Context) {
        let closes =
            event.head.kind.info().name == "dup3" && event.u32(3).unwrap_or_default() & flag::O_CLOEXEC != 0;
        self.copy(event, slot, closes, context);
    }

    pub(super) fn control(&mut self, event: &Event<'_>, slot: Slot, context: &mut Context) {
        match event.u8(2) {
            Some(DUPLICATE) => self.copy(event, slot, false, context),
            Some(DUPLICATE_CLOSING) => self.copy(event, slot, true, context),
            Some(SET_FLAGS) if result(event) >= 0 => {
                let closes = event.u64(3).unwrap_or_default() & 1 != 0;
                if let Some((slot, number)) = context.file {
                    self.change(slot, number, |file| set_closing(file, closes));
                }
            }
            _ => {}
        }
    }

    fn copy(&mut self, event: &Event<'_>, slot: Slot, closes: bool, context: &mut Context) {
        let number = result(event);
        let Some((owner, old)) = context.file.filter(|_| number >= 0) else { return };
        let Some(mut file) = self.file(owner, old).cloned() else { return };
        set_closing(&mut file, closes);
        self.add(slot, number, file, context);
    }

    pub(super) fn pipe(&mut self, event: &Event<'_>, slot: Slot, context: &mut Context) {
        if result(event) < 0 {
            return;
        }
        let flags = event.u32(4).unwrap_or_default();
        let pipe = File { inode: event.u64(3).unwrap_or_default(), flags, ..File::of(FileKind::Pipe) };
        for number in [event.i64(1), event.i64(2)].into_iter().flatten() {
            self.add(slot, number, pipe.clone(), context);
        }
    }

    /// A descriptor of a kind that has no name.
    pub(super) fn made(&mut self, event: &Event<'_>, slot: Slot, kind: FileKind, context: &mut Context) {
        let number = result(event);
        if number < 0 {
            return;
        }
        let flags = match event.head.kind.info().constant {
            "SYSCALL_EVENTFD2_X" | "SYSCALL_INOTIFY_INIT1_X" | "SYSCALL_SIGNALFD4_X" => {
                event.u16(1).unwrap_or_default().into()
            }
            "SYSCALL_TIMERFD_CREATE_X" => event.u8(2).unwrap_or_default().into(),
            "SYSCALL_EPOLL_CREATE1_X" if event.u32(1).unwrap_or_default() & 1 != 0 => flag::O_CLOEXEC,
            _ => 0,
        };
        self.add(slot, number, File { flags, ..File::of(kind) }, context);
    }

    pub(super) fn process_descriptor(&mut self, event: &Event<'_>, slot: Slot, context: &mut Context) {
        let (number, Some(process)) = (result(event), event.i64(1)) else { return };
        if number >= 0 {
            let name = format!("/proc/{process}").into_bytes().into();
            let flags = event.u32(2).unwrap_or_default();
            self.add(slot, number, File { flags, process, name, ..File::of(FileKind::Process) }, context);
        }
    }

    /// A descriptor of another process.
    pub(super) fn borrow(&mut self, event: &Event<'_>, slot: Slot, context: &mut Context) {
        let (number, Some(process), Some(wanted)) = (result(event), event.i64(1), event.i64(2)) else {
            return;
        };
        let target = self.file(slot, process).filter(|file| file.kind == FileKind::Process);
        let Some(target) = target.and_then(|file| self.threads.find(file.process)) else { return };
        let Some(mut file) = self.file(target, wanted).cloned().filter(|_| number >= 0) else { return };
        set_closing(&mut file, true);
        self.add(slot, number, file, context);
    }
}

fn set_closing(file: &mut File, closes: bool) {
    file.flags = file.flags & !flag::O_CLOEXEC | if closes { flag::O_CLOEXEC } else { 0 };
}
