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
    decisions: HashMap<CacheKey, Kept>,
    order: VecDeque<CacheKey>,
}

/// A decision that is kept, and for how long.
#[derive(Debug)]
struct Kept {
    decision: Arc<Decision>,
    made: Timestamp,
    until: Timestamp,
}

impl Cache {
    /// A cache of so many decisions. What is refused may be signed soon, and is kept for a shorter time.
    pub fn new(limit: usize, approved_for: SignedDuration, refused_for: SignedDuration) -> Self {
        Self { limit, approved_for, refused_for, decisions: HashMap::new(), order: VecDeque::new() }
    }

    /// A decision that still counts.
    pub fn get(&self, key: &CacheKey, now: Timestamp) -> Option<Arc<Decision>> {
        let kept = self.decisions.get(key)?;
        // A clock that was set back makes no decision last longer.
        (kept.made <= now && now <= kept.until).then(|| Arc::clone(&kept.decision))
    }

    /// Until when a decision of this moment may count.
    pub fn end(&self, decision: &Decision, now: Timestamp) -> Timestamp {
        let limit = if decision.is_approved() { self.approved_for } else { self.refused_for };
        now.checked_add(limit).unwrap_or(now)
    }

    /// Keeps a decision.
    pub fn put(&mut self, key: CacheKey, decision: Arc<Decision>, now: Timestamp) {
        self.put_until(key, decision, now, Timestamp::MAX);
    }

    /// Keeps a decision, but not beyond a time: an approval ends then.
    pub fn put_until(&mut self, key: CacheKey, decision: Arc<Decision>, now: Timestamp, until: Timestamp) {
        if self.limit == 0 {
            return;
        }
        let until = until.min(self.end(&decision, now));
        if self.decisions.insert(key.clone(), Kept { decision, made: now, until }).is_some() {
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
