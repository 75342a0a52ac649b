//! An event together with what is known: what rules ask for values.

use std::cell::Cell;

use sekisho_capture::{Event, EventFlags, Profile};

use crate::state::file::File;
use crate::state::thread::Thread;
use crate::state::{Slot, State};
use crate::step::Context;

/// The source that rules name for system calls.
pub const SYSCALL: &str = "syscall";

/// An event together with what is known.
pub(crate) struct View<'a> {
    pub(crate) state: &'a State,
    pub(crate) event: &'a Event<'a>,
    pub(crate) context: Context,
    pub(crate) profile: Profile,
    /// Its place in the capture, from one.
    pub(crate) number: u64,
    /// When the first event was.
    pub(crate) first_time: u64,
    /// When the event before was; that of the event where there was none.
    pub(crate) last_time: u64,
    /// The time that the thread ran before a switch.
    pub(crate) ran: u64,
    /// The name of the host that alerts are of.
    pub(crate) host: &'a str,
    /// What counts each time it is asked for.
    pub(crate) counter: &'a Cell<u64>,
}

impl<'a> View<'a> {
    /// The thread that did it.
    pub(crate) fn thread(&self) -> Option<&'a Thread> {
        self.state.threads.get(self.context.thread?)
    }

    pub(crate) fn slot(&self) -> Option<Slot> {
        self.context.thread
    }

    /// What the descriptor stands for that the event is about.
    pub(crate) fn file(&self) -> Option<&'a File> {
        let (slot, number) = self.context.file?;
        self.state.file(slot, number)
    }

    /// Whether events of this type are about descriptors.
    pub(crate) fn is_about_descriptors(&self) -> bool {
        let info = self.event.head.kind.info();
        // Older versions do not say so of such calls.
        let is_map = matches!(info.name, "mmap" | "mmap2");
        if is_map && self.is_legacy() {
            return false;
        }
        let flags = info.flags;
        [EventFlags::CREATES_DESCRIPTOR, EventFlags::USES_DESCRIPTOR, EventFlags::DESTROYS_DESCRIPTOR]
            .into_iter()
            .any(|flag| flags.contains(flag))
    }

    pub(crate) fn is_legacy(&self) -> bool {
        self.profile == Profile::Legacy
    }

    /// The place of a parameter by its name.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        let parameters = &self.event.head.kind.info().parameters;
        let place = parameters.iter().position(|parameter| parameter.name == name)?;
        (place < self.event.parameter_count()).then_some(place)
    }
}
