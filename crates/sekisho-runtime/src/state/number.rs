//! The number of what is alike, beside what it is of.

use std::sync::atomic::{AtomicU64, Ordering};

/// A number that is had when it is first asked for.
#[derive(Debug, Default)]
pub(crate) struct Number(AtomicU64);

impl Number {
    /// The number, where it was had before.
    pub(super) fn known(&self) -> Option<u64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|number| *number != 0)
    }

    /// It is known from now on.
    pub(super) fn learn(&self, number: u64) {
        self.0.store(number, Ordering::Relaxed);
    }

    /// It is no longer known.
    pub(crate) fn forget(&mut self) {
        *self.0.get_mut() = 0;
    }
}

impl Clone for Number {
    fn clone(&self) -> Self {
        Self(AtomicU64::new(self.0.load(Ordering::Relaxed)))
    }
}
