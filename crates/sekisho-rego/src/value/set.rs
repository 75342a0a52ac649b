//! Sets: elements in order.

use super::Value;

/// The elements of a set in order, no two of which are equal.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Set {
    elements: Vec<Value>,
}

impl Set {
    /// A set without elements.
    pub fn new() -> Self {
        Self::default()
    }

    /// A set of elements in any order; of equal ones the first is kept.
    pub fn from_elements(mut elements: Vec<Value>) -> Self {
        if !elements.is_sorted_by(|one, two| one < two) {
            elements.sort();
            elements.dedup();
        }
        Self { elements }
    }

    /// The elements in order.
    pub fn elements(&self) -> &[Value] {
        &self.elements
    }

    /// The elements in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Value> {
        self.elements.iter()
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// The element that is equal to a value.
    pub fn get(&self, value: &Value) -> Option<&Value> {
        self.elements.get(self.elements.binary_search(value).ok()?)
    }

    /// Whether a value is an element.
    pub fn contains(&self, value: &Value) -> bool {
        self.elements.binary_search(value).is_ok()
    }

    /// Puts an element in; says whether it was new.
    pub fn insert(&mut self, value: Value) -> bool {
        match self.elements.binary_search(&value) {
            Ok(_) => false,
            Err(at) => {
                self.elements.insert(at, value);
                true
            }
        }
    }

    /// The elements that the other set has not.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.elements.iter().filter(|element| !other.contains(element)).cloned().collect()
    }

    /// The elements that both sets have.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.elements.iter().filter(|element| other.contains(element)).cloned().collect()
    }

    /// The elements of either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.elements.iter().chain(&other.elements).cloned().collect()
    }

    /// The elements themselves.
    pub fn into_elements(self) -> Vec<Value> {
        self.elements
    }
}

impl<'s> IntoIterator for &'s Set {
    type Item = &'s Value;
    type IntoIter = std::slice::Iter<'s, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.elements.iter()
    }
}

impl FromIterator<Value> for Set {
    fn from_iter<I: IntoIterator<Item = Value>>(elements: I) -> Self {
        Self::from_elements(elements.into_iter().collect())
    }
}
