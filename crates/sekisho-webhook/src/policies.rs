//! The set of policies that counts, and how it came to be.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use jiff::Timestamp;
use sekisho_policy::{Bundle, Need};

use crate::facts::{FactSource, FactsError};

/// Which set of policies it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Revision {
    /// The name of its source: a folder, the address of a repository.
    pub source: String,
    /// The digest of its content.
    pub digest: String,
    /// The commit, where it is from a history; may be empty.
    pub commit: String,
}

/// How the policies stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// The set that counts; none where there never was one.
    pub revision: Option<Revision>,
    /// Since when it counts.
    pub since: Option<Timestamp>,
    /// How many policies it has.
    pub policies: usize,
    /// Why no newer one counts; none where there is none, or it could be used.
    pub refused: Option<(Option<Revision>, String)>,
    /// How many sets could not be used.
    pub refusals: u64,
    /// How many sets counted.
    pub changes: u64,
}

/// The policies that count. Whoever brings newer ones calls [`install`](Self::install) with what can be used, and
/// [`refuse`](Self::refuse) with what cannot: the last that could be used stays.
pub struct Policies {
    held: RwLock<Option<Arc<Bundle>>>,
    standing: Mutex<Standing>,
    facts: Arc<dyn FactSource>,
    /// What is looked at whatever policies say.
    always: Vec<Need>,
}

impl Policies {
    /// None yet; `always` is looked at whatever policies say of themselves.
    pub fn new(facts: Arc<dyn FactSource>, always: Vec<Need>) -> Self {
        Self { held: RwLock::default(), standing: Mutex::default(), facts, always }
    }

    /// Takes a set in place of the one that counts, as soon as what it looks at is at hand. Where that cannot be
    /// had, the former one stays.
    pub fn install(&self, bundle: Arc<Bundle>, revision: Revision) -> Result<(), FactsError> {
        let mut needs = bundle.needs();
        needs.extend(bundle.sender_needs());
        needs.extend(self.always.iter().cloned());
        let needs: Vec<Need> = needs.into_iter().collect();
        if let Err(error) = self.facts.prepare(&needs) {
            self.refuse(Some(revision), error.to_string());
            return Err(error);
        }
        let policies = bundle.count();
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Some(bundle);
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        standing.revision = Some(revision);
        standing.since = Some(Timestamp::now());
        standing.policies = policies;
        standing.refused = None;
        standing.changes += 1;
        Ok(())
    }

    /// Says that a newer set cannot be used, and why. The one that counts stays.
    pub fn refuse(&self, revision: Option<Revision>, why: String) {
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        standing.refused = Some((revision, why));
        standing.refusals += 1;
    }

    /// Says that what the source has is what counts already.
    pub fn confirm(&self) {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner).refused = None;
    }

    /// The set that counts.
    pub fn current(&self) -> Option<Arc<Bundle>> {
        self.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether this very set counts.
    pub fn is(&self, bundle: &Arc<Bundle>) -> bool {
        self.current().is_some_and(|current| Arc::ptr_eq(&current, bundle))
    }

    /// How they stand.
    pub fn standing(&self) -> Standing {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What they look at.
    pub(crate) fn facts(&self) -> &Arc<dyn FactSource> {
        &self.facts
    }
}

impl fmt::Debug for Policies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policies").field("standing", &self.standing()).finish_non_exhaustive()
    }
}
