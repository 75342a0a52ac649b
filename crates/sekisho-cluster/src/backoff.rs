//! How long to wait before something is tried again: longer each time, and never as long as everybody else.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

/// Pauses that double up to a longest one, each shortened by chance to between half of it and all of it, so that
/// many clients of a server which comes back do not come at once.
#[derive(Debug, Clone)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    tries: u32,
    chance: RandomState,
}

impl Backoff {
    /// Pauses from `first` to `longest`.
    pub fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, tries: 0, chance: RandomState::new() }
    }

    /// The next pause.
    pub fn next_pause(&mut self) -> Duration {
        let whole = self.first.saturating_mul(1_u32.checked_shl(self.tries.min(20)).unwrap_or(u32::MAX));
        self.tries = self.tries.saturating_add(1);
        self.shorten(whole.min(self.longest))
    }

    /// A duration shortened by chance, to between half of it and all of it.
    pub fn shorten(&self, whole: Duration) -> Duration {
        let share = self.chance.hash_one(self.tries) % 1_024;
        let half = whole / 2;
        half + half.saturating_mul(u32::try_from(share).unwrap_or(0)) / 1_024
    }

    /// What was tried worked: the next pause is a first one again.
    pub fn reset(&mut self) {
        self.tries = 0;
        self.chance = RandomState::new();
    }
}
