//! Maps: made by expressions, or lying in a manifest.

use std::collections::HashMap;
use std::sync::Arc;

use sekisho_manifest::Mapping;
use smol_str::SmolStr;

use super::{Nulls, Value};

/// A map of values.
#[derive(Debug, Clone)]
pub struct Map(Entries);

#[derive(Debug, Clone)]
enum Entries {
    Values(Arc<Made>),
    Mapping(Arc<Mapping>, Nulls),
}

#[derive(Debug, Clone, Default)]
struct Made {
    entries: Vec<(Value, Value)>,
    index: HashMap<Key, usize>,
}

/// What a map is looked up by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Bool(bool),
    Int(i64),
    UInt(u64),
    /// The bits of a number that is no whole one.
    Double(u64),
    String(SmolStr),
}

impl Key {
    /// The key that a value is; none where its type makes no key.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(value) => Self::Int(*value),
            Value::UInt(value) => Self::UInt(*value),
            // Zero has two forms, and they are the same key.
            Value::Double(value) => Self::Double(if *value == 0.0 { 0 } else { value.to_bits() }),
            Value::String(text) => Self::String(text.clone()),
            _ => return None,
        })
    }

    /// The keys of other types that are the same number.
    pub(crate) fn same(&self) -> [Option<Self>; 2] {
        match self {
            Self::Int(value) => [u64::try_from(*value).ok().map(Self::UInt), None],
            Self::UInt(value) => [i64::try_from(*value).ok().map(Self::Int), None],
            Self::Double(bits) => {
                let value = f64::from_bits(*bits);
                [whole(value).map(Self::Int), whole_unsigned(value).map(Self::UInt)]
            }
            Self::Bool(_) | Self::String(_) => [None, None],
        }
    }
}

/// The whole number that a float is; none where it has a fraction or does not fit.
#[expect(clippy::cast_possible_truncation, reason = "the range is held by the condition")]
pub(crate) fn whole(value: f64) -> Option<i64> {
    (value.fract() == 0.0 && (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value))
        .then_some(value as i64)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is held by the condition"
)]
fn whole_unsigned(value: f64) -> Option<u64> {
    (value.fract() == 0.0 && (0.0..18_446_744_073_709_551_616.0).contains(&value)).then_some(value as u64)
}

impl Map {
    /// A map of these entries; of entries with one key the last counts. None where a key is neither a truth
    /// value, a number nor a text.
    pub fn new(entries: Vec<(Value, Value)>) -> Option<Self> {
        let mut made = Made::default();
        for (key, value) in entries {
            made.insert(key, value)?;
        }
        Some(Self(Entries::Values(Arc::new(made))))
    }

    pub(crate) fn of_mapping(mapping: Arc<Mapping>, nulls: Nulls) -> Self {
        Self(Entries::Mapping(mapping, nulls))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Entries::Values(made) => made.entries.len(),
            Entries::Mapping(mapping, Nulls::Kept) => mapping.entries().len(),
            Entries::Mapping(mapping, Nulls::Absent) => {
                mapping.entries().iter().filter(|entry| !entry.node.is_null()).count()
            }
        }
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value at this key; numbers are the same whatever their type.
    pub fn get(&self, key: &Value) -> Option<Value> {
        match (&self.0, key) {
            (Entries::Mapping(..), Value::String(text)) => self.field(text),
            (Entries::Mapping(..), _) => None,
            (Entries::Values(made), key) => {
                let key = Key::of(key)?;
                let found = made
                    .index
                    .get(&key)
                    .or_else(|| key.same().into_iter().flatten().find_map(|other| made.index.get(&other)))?;
                made.entries.get(*found).map(|(_, value)| value.clone())
            }
        }
    }

    /// The value at this text.
    pub fn field(&self, name: &str) -> Option<Value> {
        match &self.0 {
            Entries::Values(_) => self.get(&Value::String(name.into())),
            Entries::Mapping(mapping, nulls) => {
                let node = &mapping.entry(name)?.node;
                (*nulls == Nulls::Kept || !node.is_null()).then(|| Value::from_node(node, *nulls))
            }
        }
    }

    /// The mapping of a manifest that this is, for those who look up many keys of it.
    pub(crate) fn mapping(&self) -> Option<(&Arc<Mapping>, Nulls)> {
        match &self.0 {
            Entries::Mapping(mapping, nulls) => Some((mapping, *nulls)),
            Entries::Values(_) => None,
        }
    }

    /// How many entries stand in it, missing ones too.
    pub(crate) fn width(&self) -> usize {
        match &self.0 {
            Entries::Values(made) => made.entries.len(),
            Entries::Mapping(mapping, _) => mapping.entries().len(),
        }
    }

    /// The entry at this place, if it is there.
    pub(crate) fn entry(&self, place: usize) -> Option<(Value, Value)> {
        match &self.0 {
            Entries::Values(made) => made.entries.get(place).cloned(),
            Entries::Mapping(mapping, nulls) => {
                let entry = mapping.entries().get(place)?;
                if *nulls == Nulls::Absent && entry.node.is_null() {
                    return None;
                }
                Some((Value::String(entry.key.clone()), Value::from_node(&entry.node, *nulls)))
            }
        }
    }

    /// The entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (Value, Value)> + '_ {
        (0..self.width()).filter_map(|place| self.entry(place))
    }

    /// Adds an entry whose key is not there yet; false where it is, none where it makes no key.
    pub(crate) fn insert_new(&mut self, key: Value, value: Value) -> Option<bool> {
        if self.get(&key).is_some() {
            return Some(false);
        }
        if let Entries::Mapping(..) = self.0 {
            *self = Self::new(self.iter().collect())?;
        }
        if let Entries::Values(made) = &mut self.0 {
            Arc::make_mut(made).insert(key, value)?;
        }
        Some(true)
    }
}

impl Made {
    fn insert(&mut self, key: Value, value: Value) -> Option<()> {
        let place = self.entries.len();
        match self.index.entry(Key::of(&key)?) {
            std::collections::hash_map::Entry::Occupied(known) => {
                if let Some(entry) = self.entries.get_mut(*known.get()) {
                    entry.1 = value;
                }
            }
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(place);
                self.entries.push((key, value));
            }
        }
        Some(())
    }
}
