//! Keeps results until the database takes them: it may be locked, away or full for a while.

use std::collections::BTreeMap;

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
}

/// Results of one transaction.
const BATCH: usize = 1_000;

impl Spool {
    /// Into a database, which is opened when something is written.
    pub fn new(target: StoreTarget, options: StoreOptions, cluster: &str) -> Self {
        Self { target, options, cluster: cluster.to_owned(), store: None, waiting: BTreeMap::new() }
    }

    /// Enters results; they wait until they are written.
    pub fn push(&mut self, results: impl IntoIterator<Item = ObjectResult>) {
        self.waiting.extend(results.into_iter().map(|result| (result.key.id(), result)));
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
