//! Maps from strings, shared by reference and changed in place as Go's are.

use std::cell::{Cell, Ref, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use smol_str::SmolStr;

use super::drop::release;
use super::{Type, Value};

/// A map; clones share the entries, and see each other's changes. Entries stand in the order of their keys.
#[derive(Debug, Clone)]
pub struct Map {
    entries: Rc<Entries>,
    map_type: Type,
}

#[derive(Debug)]
struct Entries {
    by_key: RefCell<BTreeMap<SmolStr, Value>>,
    is_nil: bool,
    /// Whether a [`Changed`] knows it.
    is_noted: Cell<bool>,
}

/// Maps that were given other maps or lists after they were made, and so may hold themselves; no counter of
/// references would ever let them go. They are emptied when this goes.
#[derive(Debug, Default)]
pub(crate) struct Changed(Vec<Weak<Entries>>);

impl Changed {
    /// Notes a map. What that takes, in bytes, is to be accounted for by the caller.
    pub(crate) fn note(&mut self, map: &Map) -> usize {
        if map.entries.is_noted.replace(true) {
            return 0;
        }
        self.0.push(Rc::downgrade(&map.entries));
        size_of::<Entries>()
    }
}

impl Drop for Changed {
    fn drop(&mut self) {
        for entries in self.0.iter().filter_map(Weak::upgrade) {
            release(entries.by_key.take().into_values());
        }
    }
}

/// A write to a nil map.
#[derive(Debug, thiserror::Error)]
#[error("assignment to entry in nil map")]
pub struct NilMapError;

impl Map {
    /// An empty `map[string]interface {}`.
    pub fn new() -> Self {
        Self::of(Type::MAP, BTreeMap::new())
    }

    /// A map of this type ([`Type::Map`] or [`Type::Values`]); the values must fit it.
    pub fn of(map_type: Type, entries: BTreeMap<SmolStr, Value>) -> Self {
        Self { entries: Rc::new(Entries::new(entries, false)), map_type }
    }

    /// The nil map of a type.
    pub fn nil(map_type: Type) -> Self {
        Self { entries: Rc::new(Entries::new(BTreeMap::new(), true)), map_type }
    }

    /// The same entries seen as of another type; changes through either are seen through both.
    #[must_use]
    pub fn viewed_as(&self, map_type: Type) -> Self {
        Self { entries: Rc::clone(&self.entries), map_type }
    }

    /// About how many bytes a map of so many entries takes: nodes of a tree have room for eleven, and are half
    /// full.
    pub(crate) fn footprint(length: usize) -> usize {
        const NODE: usize = 11 * (size_of::<SmolStr>() + size_of::<Value>());
        length.div_ceil(6).saturating_mul(NODE).saturating_add(size_of::<Entries>())
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<Value> {
        self.entries.by_key.borrow().get(key).cloned()
    }

    /// Whether the key is there, also with nil.
    pub fn has(&self, key: &str) -> bool {
        self.entries.by_key.borrow().contains_key(key)
    }

    /// Sets a key, for everybody who holds this map.
    ///
    /// # Errors
    /// Where this is a nil map.
    pub fn set(&self, key: impl Into<SmolStr>, value: Value) -> Result<(), NilMapError> {
        if self.entries.is_nil {
            return Err(NilMapError);
        }
        let former = self.entries.by_key.borrow_mut().insert(key.into(), value);
        drop(former);
        Ok(())
    }

    /// Takes a key out, for everybody who holds this map.
    pub fn unset(&self, key: &str) {
        let former = self.entries.by_key.borrow_mut().remove(key);
        drop(former);
    }

    /// A look at the entries. It must be dropped before anything writes to the map.
    pub fn entries(&self) -> Ref<'_, BTreeMap<SmolStr, Value>> {
        self.entries.by_key.borrow()
    }

    /// The entries as they are now, in the order of their keys.
    pub fn snapshot(&self) -> Vec<(SmolStr, Value)> {
        self.entries().iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.entries().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries().is_empty()
    }

    /// The type: [`Type::Map`] or [`Type::Values`].
    pub fn map_type(&self) -> Type {
        self.map_type
    }

    /// The type of the elements.
    pub fn element(&self) -> &'static Type {
        match self.map_type {
            Type::Map(element) => element,
            _ => &Type::Any,
        }
    }

    /// Whether this is the nil map of its type.
    pub fn is_nil(&self) -> bool {
        self.entries.is_nil
    }

    /// Whether both are one map.
    pub fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.entries, &other.entries)
    }

    /// The values, if nobody else holds them.
    pub(super) fn into_unshared(self) -> BTreeMap<SmolStr, Value> {
        Rc::try_unwrap(self.entries).map_or_else(|_| BTreeMap::new(), |entries| entries.by_key.take())
    }
}

impl Entries {
    fn new(by_key: BTreeMap<SmolStr, Value>, is_nil: bool) -> Self {
        Self { by_key: RefCell::new(by_key), is_nil, is_noted: Cell::new(false) }
    }
}

impl Default for Map {
    fn default() -> Self {
        Self::new()
    }
}

impl FromIterator<(SmolStr, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (SmolStr, Value)>>(entries: I) -> Self {
        Self::of(Type::MAP, entries.into_iter().collect())
    }
}

impl Drop for Entries {
    fn drop(&mut self) {
        release(self.by_key.take().into_values());
    }
}
