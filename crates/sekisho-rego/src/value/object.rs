//! Objects: entries in the order of their keys.

use std::cmp::Ordering;

use super::Value;

/// The entries of an object in the order of their keys, no two of which are equal.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Object {
    entries: Vec<(Value, Value)>,
}

impl Object {
    /// An object without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// An object of entries in any order; of two with equal keys the later one counts, under the key of the
    /// first.
    pub fn from_entries(mut entries: Vec<(Value, Value)>) -> Self {
        if entries.is_sorted_by(|one, two| one.0 < two.0) {
            return Self { entries };
        }
        entries.sort_by(|one, two| one.0.cmp(&two.0));
        entries.dedup_by(|later, kept| {
            let is_same = later.0 == kept.0;
            if is_same {
                std::mem::swap(&mut later.1, &mut kept.1);
            }
            is_same
        });
        Self { entries }
    }

    /// The entries in the order of their keys.
    pub fn entries(&self) -> &[(Value, Value)] {
        &self.entries
    }

    /// The keys in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Value> {
        self.entries.iter().map(|(key, _)| key)
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> {
        self.entries.iter().map(|(_, value)| value)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The value under a key.
    pub fn get(&self, key: &Value) -> Option<&Value> {
        let at = self.entries.binary_search_by(|(known, _)| known.cmp(key)).ok()?;
        self.entries.get(at).map(|(_, value)| value)
    }

    /// The value under a string.
    pub fn field(&self, key: &str) -> Option<&Value> {
        let at = self.entries.binary_search_by(|(known, _)| compare_to_text(known, key)).ok()?;
        self.entries.get(at).map(|(_, value)| value)
    }

    /// The value under a string, sought first where the hint says; the hint becomes the place where the key is, or
    /// where it would be.
    pub(crate) fn field_near(&self, key: &str, hint: &mut u16) -> Option<&Value> {
        let at = usize::from(*hint);
        let before = || match at.checked_sub(1).map(|before| self.entries.get(before)) {
            None => true,
            Some(Some((known, _))) => compare_to_text(known, key).is_lt(),
            Some(None) => false,
        };
        match self.entries.get(at) {
            Some((known, value)) => match compare_to_text(known, key) {
                Ordering::Equal => return Some(value),
                Ordering::Greater if before() => return None,
                _ => {}
            },
            None if before() => return None,
            None => {}
        }
        let found = self.entries.binary_search_by(|(known, _)| compare_to_text(known, key));
        let (Ok(at) | Err(at)) = found;
        *hint = u16::try_from(at).unwrap_or(0);
        self.entries.get(found.ok()?).map(|(_, value)| value)
    }

    /// Puts a value under a key; gives back the one that was there.
    pub fn insert(&mut self, key: Value, value: Value) -> Option<Value> {
        match self.entries.binary_search_by(|(known, _)| known.cmp(&key)) {
            Ok(at) => self.entries.get_mut(at).map(|entry| std::mem::replace(&mut entry.1, value)),
            Err(at) => {
                self.entries.insert(at, (key, value));
                None
            }
        }
    }

    /// Takes out the entry under a key.
    pub fn remove(&mut self, key: &Value) -> Option<Value> {
        let at = self.entries.binary_search_by(|(known, _)| known.cmp(key)).ok()?;
        Some(self.entries.remove(at).1)
    }

    /// The entries themselves.
    pub fn into_entries(self) -> Vec<(Value, Value)> {
        self.entries
    }
}

/// How a value stands to a string in the order of values.
fn compare_to_text(value: &Value, text: &str) -> Ordering {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => Ordering::Less,
        Value::String(known) => known.as_str().cmp(text),
        Value::Array(_) | Value::Object(_) | Value::Set(_) => Ordering::Greater,
    }
}

impl FromIterator<(Value, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (Value, Value)>>(entries: I) -> Self {
        Self::from_entries(entries.into_iter().collect())
    }
}
