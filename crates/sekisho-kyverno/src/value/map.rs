//! Maps: entries by key, in the order of their keys.

use smol_str::SmolStr;

use super::Value;

/// A map of texts to values, iterated in the order of the keys' bytes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Map {
    /// INVARIANT: sorted by key, each key once.
    entries: Vec<(SmolStr, Value)>,
}

/// Among so few entries, texts of other lengths are told apart sooner than the order is followed.
const FEW: usize = 8;

impl Map {
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The value with this key, also when it is null.
    pub fn get(&self, key: &str) -> Option<&Value> {
        if self.entries.len() <= FEW {
            return self.entries.iter().find(|(known, _)| known.as_str() == key).map(|(_, value)| value);
        }
        let place = self.place(key).ok()?;
        self.entries.get(place).map(|(_, value)| value)
    }

    /// The value with this key, to change it in place.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        let place = self.place(key).ok()?;
        self.entries.get_mut(place).map(|(_, value)| value)
    }

    /// Whether there is an entry with this key.
    pub fn contains(&self, key: &str) -> bool {
        self.place(key).is_ok()
    }

    /// Sets the value of a key, and gives back the one that was there.
    pub fn insert(&mut self, key: impl Into<SmolStr>, value: Value) -> Option<Value> {
        let key = key.into();
        match self.place(&key) {
            Ok(place) => self.entries.get_mut(place).map(|(_, old)| std::mem::replace(old, value)),
            Err(place) => {
                self.entries.insert(place, (key, value));
                None
            }
        }
    }

    /// Takes out the entry with this key.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let place = self.place(key).ok()?;
        Some(self.entries.remove(place).1)
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&SmolStr, &Value)> + ExactSizeIterator {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// The keys in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &SmolStr> + ExactSizeIterator {
        self.entries.iter().map(|(key, _)| key)
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> + ExactSizeIterator {
        self.entries.iter().map(|(_, value)| value)
    }

    /// The values in the order of their keys, to change them in place.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut Value> + ExactSizeIterator {
        self.entries.iter_mut().map(|(_, value)| value)
    }

    fn place(&self, key: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|(known, _)| known.as_str().cmp(key))
    }
}

impl FromIterator<(SmolStr, Value)> for Map {
    /// Of entries with one key the last counts.
    fn from_iter<I: IntoIterator<Item = (SmolStr, Value)>>(entries: I) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        // What is removed is the second of two neighbours: swapped before, the later value stays.
        entries.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                std::mem::swap(later, kept);
            }
            same
        });
        Self { entries }
    }
}
