//! Who may have how much of the look-ups at once: a registry that hangs leaves half of them to others, and a namespace that
//! asks for much a quarter.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smol_str::SmolStr;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Whose share it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Sharer {
    /// Those who ask for a namespace.
    Namespace(SmolStr),
    /// Those who ask a registry.
    Registry(SmolStr),
}

/// The shares that are in use.
#[derive(Debug)]
pub(crate) struct Shares {
    /// Look-ups at once.
    lookups: usize,
    /// Look-ups that are under way or wait.
    waiting: usize,
    used: Mutex<HashMap<Sharer, Share>>,
}

#[derive(Debug)]
struct Share {
    entered: usize,
    permits: Arc<Semaphore>,
}

/// A place in a share, while it lives.
#[derive(Debug)]
pub(crate) struct Place {
    shares: Arc<Shares>,
    sharer: Sharer,
    permits: Arc<Semaphore>,
}

impl Sharer {
    /// What it may have of so many.
    fn part_of(&self, whole: usize) -> usize {
        let part = match self {
            // More than of a registry: one that hangs leaves the others to those who ask for the same namespace.
            Self::Namespace(_) => whole - whole / 4,
            Self::Registry(_) => whole / 2,
        };
        part.clamp(1, Semaphore::MAX_PERMITS)
    }
}

impl Shares {
    /// Shares of so many look-ups at once, and of those that wait.
    pub(crate) fn new(lookups: usize, waiting: usize) -> Self {
        Self { lookups, waiting, used: Mutex::default() }
    }

    fn used(&self) -> MutexGuard<'_, HashMap<Sharer, Share>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place in the share of somebody; none where too many wait there.
    pub(crate) fn enter(self: &Arc<Self>, sharer: Sharer) -> Option<Place> {
        let mut used = self.used();
        let share = used.entry(sharer.clone()).or_insert_with(|| Share {
            entered: 0,
            permits: Arc::new(Semaphore::new(sharer.part_of(self.lookups))),
        });
        if share.entered >= sharer.part_of(self.waiting) {
            return None;
        }
        share.entered += 1;
        let permits = Arc::clone(&share.permits);
        drop(used);
        Some(Place { shares: Arc::clone(self), sharer, permits })
    }
}

impl Place {
    /// Waits for its turn.
    pub(crate) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).acquire_owned().await.ok()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut used = self.shares.used();
        if let Some(share) = used.get_mut(&self.sharer) {
            share.entered = share.entered.saturating_sub(1);
            if share.entered == 0 {
                used.remove(&self.sharer);
            }
        }
    }
}
