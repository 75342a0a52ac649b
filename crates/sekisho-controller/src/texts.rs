//! What findings have in common, held once: messages, fields and rules. Where every object fails, the same few words are
//! said of all of them.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sekisho_store::RuleRow;

/// Texts and rules that are in use.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    words: Mutex<HashSet<Arc<str>>>,
    rules: Mutex<HashSet<Arc<RuleRow>>>,
    bytes: AtomicUsize,
    /// How many texts there were after what nobody uses was last let go.
    swept: usize,
}

/// Bytes of texts that are many.
const MANY: usize = 24 << 20;

/// Texts that are few enough to let them be.
const FEW: usize = 4_096;

impl Texts {
    pub(crate) fn text(&self, text: &str) -> Arc<str> {
        let mut texts = lock(&self.words);
        if let Some(known) = texts.get(text) {
            return Arc::clone(known);
        }
        let fresh: Arc<str> = text.into();
        self.bytes.fetch_add(text.len(), Ordering::Relaxed);
        texts.insert(Arc::clone(&fresh));
        fresh
    }

    pub(crate) fn rule(&self, rule: RuleRow) -> Arc<RuleRow> {
        let mut rules = lock(&self.rules);
        if let Some(known) = rules.get(&rule) {
            return Arc::clone(known);
        }
        let fresh = Arc::new(rule);
        rules.insert(Arc::clone(&fresh));
        fresh
    }

    /// Whether there are so many that new ones should be short.
    pub(crate) fn are_many(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) > MANY
    }

    /// Lets go of what nobody uses any more, where enough came since.
    pub(crate) fn sweep(&mut self) {
        let texts = self.words.get_mut().unwrap_or_else(PoisonError::into_inner);
        if texts.len() <= self.swept.saturating_mul(2).max(FEW) {
            return;
        }
        used(texts);
        self.swept = texts.len();
        self.bytes = AtomicUsize::new(texts.iter().map(|text| text.len()).sum());
        used(self.rules.get_mut().unwrap_or_else(PoisonError::into_inner));
    }
}

fn used<T: ?Sized + Hash + Eq>(kept: &mut HashSet<Arc<T>>) {
    kept.retain(|one| Arc::strong_count(one) > 1);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
