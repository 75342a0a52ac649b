//! What lets threads through until it is closed, and wakes those that wait.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Open at first, and once closed closed for ever.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    closed: Mutex<bool>,
    woken: Condvar,
}

impl Gate {
    pub(crate) fn close(&self) {
        *self.closed.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.woken.notify_all();
    }

    pub(crate) fn is_closed(&self) -> bool {
        *self.closed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits, but not longer than until it is closed; whether it is open still.
    pub(crate) fn pause(&self, duration: Duration) -> bool {
        let closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.woken.wait_timeout_while(closed, duration, |closed| !*closed);
        !*waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
