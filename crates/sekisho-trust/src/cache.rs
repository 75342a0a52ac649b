//! Decisions that are kept: by the digest of the image and the policies that they were made by, for a time, and not more
//! than a number of them.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::judgement::Decision;

/// What a decision is one of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CacheKey {
    /// The name of the image, by which policies are chosen.
    pub name: String,
    /// The digest of the image; a tag leads nowhere here.
    pub digest: String,
    /// The digest of the policies.
    pub policies: String,
}

/// Decisions that are kept. The oldest goes when there is no place.
#[derive(Debug)]
pub struct Cache {
    limit: usize,
    approved_for: SignedDuration,
    refused_for: SignedDuration,
    decisions: HashMap<CacheKey, (Arc<Decision>, Timestamp)>,
    order: VecDeque<CacheKey>,
}

impl Cache {
    /// A cache of so many decisions. What is refused may be signed soon, and is kept for a shorter time.
    pub fn new(limit: usize, approved_for: SignedDuration, refused_for: SignedDuration) -> Self {
        Self { limit, approved_for, refused_for, decisions: HashMap::new(), order: VecDeque::new() }
    }

    /// A decision that still counts.
    pub fn get(&self, key: &CacheKey, now: Timestamp) -> Option<Arc<Decision>> {
        let (decision, made) = self.decisions.get(key)?;
        let age = now.duration_since(*made);
        let limit = if decision.is_approved() { self.approved_for } else { self.refused_for };
        // A clock that was set back makes no decision last longer.
        (age <= limit && !age.is_negative()).then(|| Arc::clone(decision))
    }

    /// Keeps a decision.
    pub fn put(&mut self, key: CacheKey, decision: Arc<Decision>, now: Timestamp) {
        if self.limit == 0 {
            return;
        }
        if self.decisions.insert(key.clone(), (decision, now)).is_some() {
            self.order.retain(|known| *known != key);
        }
        self.order.push_back(key);
        while self.decisions.len() > self.limit {
            let Some(oldest) = self.order.pop_front() else { return };
            self.decisions.remove(&oldest);
        }
    }

    /// How many are kept.
    pub fn len(&self) -> usize {
        self.decisions.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.decisions.is_empty()
    }
}
