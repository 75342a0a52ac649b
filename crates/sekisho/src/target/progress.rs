//! How far the reading is, on a terminal.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How many inputs are done.
pub(super) struct Progress {
    shown: bool,
    total: usize,
    done: AtomicUsize,
}

/// Below this many inputs nothing is shown: it would only flicker.
const WORTH_SHOWING: usize = 2_000;

impl Progress {
    pub(super) fn new(terminal: bool, total: usize) -> Self {
        Self { shown: terminal && total >= WORTH_SHOWING, total, done: AtomicUsize::new(0) }
    }

    #[allow(clippy::print_stderr, reason = "progress belongs on standard error")]
    pub(super) fn advance(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.shown && done.is_multiple_of(500) {
            eprint!("\r{done}/{} files", self.total);
        }
    }

    #[allow(clippy::print_stderr, reason = "progress belongs on standard error")]
    pub(super) fn clear(&self) {
        if self.shown {
            eprint!("\r\u{1b}[K");
        }
    }
}
