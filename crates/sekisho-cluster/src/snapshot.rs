//! The objects of a kind as they were at one moment, shared: whoever holds a snapshot keeps it, and the next one
//! shares with it all that did not change.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;

/// What is held of an object.
#[derive(Debug)]
pub struct Kept<T> {
    /// The namespace; empty where its kind has none.
    pub namespace: SmolStr,
    /// The name.
    pub name: SmolStr,
    /// The identifier: an object of the same name that was made anew has another.
    pub uid: SmolStr,
    /// The version.
    pub version: SmolStr,
    /// The bytes of its text.
    pub bytes: usize,
    /// What was made of it.
    pub value: T,
}

/// The objects of a namespace by name.
type Names<T> = BTreeMap<SmolStr, Arc<Kept<T>>>;

/// Objects as they were at one moment.
pub struct Snapshot<T> {
    namespaces: BTreeMap<SmolStr, Arc<Names<T>>>,
    count: usize,
    bytes: usize,
}

impl<T> Snapshot<T> {
    /// An object; the namespace is empty where its kind has none.
    pub fn get(&self, namespace: &str, name: &str) -> Option<&Arc<Kept<T>>> {
        self.namespaces.get(namespace)?.get(name)
    }

    /// The objects of a namespace in the order of their names.
    pub fn of_namespace(&self, namespace: &str) -> impl Iterator<Item = &Arc<Kept<T>>> {
        self.namespaces.get(namespace).into_iter().flat_map(|names| names.values())
    }

    /// All objects, in the order of namespaces and names.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Kept<T>>> {
        self.namespaces.values().flat_map(|names| names.values())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The bytes of their texts together.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Enters an object, and yields the one in whose place it comes.
    pub(crate) fn insert(&mut self, kept: Arc<Kept<T>>) -> Option<Arc<Kept<T>>> {
        self.bytes += kept.bytes;
        self.count += 1;
        let names = self.namespaces.entry(kept.namespace.clone()).or_default();
        let before = Arc::make_mut(names).insert(kept.name.clone(), kept);
        self.forget(before)
    }

    /// Takes an object out.
    pub(crate) fn remove(&mut self, namespace: &str, name: &str) -> Option<Arc<Kept<T>>> {
        let names = self.namespaces.get_mut(namespace)?;
        let before = Arc::make_mut(names).remove(name);
        if names.is_empty() {
            self.namespaces.remove(namespace);
        }
        self.forget(before)
    }

    fn forget(&mut self, before: Option<Arc<Kept<T>>>) -> Option<Arc<Kept<T>>> {
        if let Some(before) = &before {
            self.bytes -= before.bytes;
            self.count -= 1;
        }
        before
    }
}

impl<T> Default for Snapshot<T> {
    fn default() -> Self {
        Self { namespaces: BTreeMap::new(), count: 0, bytes: 0 }
    }
}

impl<T> Clone for Snapshot<T> {
    fn clone(&self) -> Self {
        Self { namespaces: self.namespaces.clone(), count: self.count, bytes: self.bytes }
    }
}

impl<T> fmt::Debug for Snapshot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Snapshot of {} objects", self.count)
    }
}
