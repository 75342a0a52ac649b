//! Keeps results until the database takes them: it may be locked, away or full for a while.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::error::StoreError;
use crate::result::ObjectResult;
use crate::store::{Store, StoreOptions, StoreTarget};

/// Results on their way into a database. Of one object only the latest waits, so that there are never more of them
/// than objects.
#[derive(Debug)]
pub struct Spool {
    target: StoreTarget,
    options: StoreOptions,
    cluster: String,
    store: Option<Store>,
    waiting: BTreeMap<String, ObjectResult>,
    /// The objects that were entered, as numbers, until what went away before is taken out.
    entered: Option<HashSet<u64>>,
}

/// Results of one transaction.
const BATCH: usize = 1_000;

impl Spool {
    /// Into a database, which is opened when something is written.
    pub fn new(target: StoreTarget, options: StoreOptions, cluster: &str) -> Self {
        let (waiting, entered) = (BTreeMap::new(), Some(HashSet::new()));
        Self { target, options, cluster: cluster.to_owned(), store: None, waiting, entered }
    }

    /// Enters results; they wait until they are written.
    pub fn push(&mut self, results: impl IntoIterator<Item = ObjectResult>) {
        for result in results {
            let id = result.key.id();
            if let Some(entered) = &mut self.entered {
                if result.gone {
                    entered.remove(&number(&id))
                } else {
                    entered.insert(number(&id))
                };
            }
            self.waiting.insert(id, result);
        }
    }

    /// How many results wait.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Writes what waits. Where that fails, what was not written still waits.
    pub fn flush(&mut self, now: i64) -> Result<usize, StoreError> {
        let mut written = 0;
        while !self.waiting.is_empty() {
            let rest = match self.waiting.keys().nth(BATCH).cloned() {
                Some(next) => self.waiting.split_off(&next),
                None => BTreeMap::new(),
            };
            let batch = std::mem::replace(&mut self.waiting, rest);
            let cluster = self.cluster.clone();
            if let Err(error) = self.with(|store| store.write(&cluster, batch.values(), now)) {
                self.waiting.extend(batch);
                return Err(error);
            }
            written += batch.len();
        }
        Ok(written)
    }

    /// Takes out objects that the database has and that were never entered here: they went away while nobody looked. To be
    /// called when everything that there is was entered and written; after that it has nothing to do. It goes by no clock,
    /// since the one who wrote them may have had another.
    pub fn sweep(&mut self, now: i64) -> Result<(), StoreError> {
        let Some(entered) = self.entered.take() else { return Ok(()) };
        let cluster = self.cluster.clone();
        let swept = self.with(|store| store.sweep(&cluster, |id| entered.contains(&number(id)), now));
        if swept.is_err() {
            self.entered = Some(entered);
        }
        swept.map(|_| ())
    }

    /// Does something with the database, which is opened anew where that failed before.
    pub fn with<T>(
        &mut self,
        act: impl FnOnce(&mut Store) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut store = match self.store.take() {
            Some(store) => store,
            None => Store::open(&self.target, self.options)?,
        };
        let outcome = act(&mut store);
        // A connection that failed may be gone for good.
        if !matches!(&outcome, Err(StoreError::Away { .. } | StoreError::Damaged { .. })) {
            self.store = Some(store);
        }
        outcome
    }
}

/// The number that stands for an object.
fn number(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}
