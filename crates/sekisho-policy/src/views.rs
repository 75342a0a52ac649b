//! What is worked out once of something that many look at.

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Forms of one thing, each made when it is first asked for, and kept.
#[derive(Default)]
pub struct Views {
    kept: Mutex<Vec<(TypeId, Arc<dyn Any + Send + Sync>)>>,
}

impl Views {
    /// The form of this type. Two threads that ask at the same time may both make it; one is kept.
    pub fn get<T: Send + Sync + 'static>(&self, make: impl FnOnce() -> T) -> Arc<T> {
        if let Some(known) = self.known() {
            return known;
        }
        let fresh = Arc::new(make());
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let id = TypeId::of::<T>();
        let first = kept.iter().find(|(known, _)| *known == id).map(|(_, view)| Arc::clone(view));
        if let Some(first) = first.and_then(|view| view.downcast().ok()) {
            return first;
        }
        kept.push((id, Arc::clone(&fresh) as Arc<dyn Any + Send + Sync>));
        fresh
    }

    fn known<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|(known, _)| *known == TypeId::of::<T>())?;
        Arc::clone(&found.1).downcast().ok()
    }
}

impl fmt::Debug for Views {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Views").finish_non_exhaustive()
    }
}

impl Clone for Views {
    /// A copy starts with nothing.
    fn clone(&self) -> Self {
        Self::default()
    }
}
