//! Slices: immutable here, since no function of Helm changes one in place.

use std::rc::Rc;

use super::drop::release;
use super::{Type, Value};

/// A slice; clones share the items.
#[derive(Debug, Clone)]
pub struct List(Rc<Items>);

#[derive(Debug)]
struct Items {
    values: Vec<Value>,
    element: &'static Type,
    is_nil: bool,
}

impl List {
    /// A slice of any: `[]interface {}`.
    pub fn new(items: Vec<Value>) -> Self {
        Self::of(&Type::Any, items)
    }

    /// A slice of strings: `[]string`. The items must be texts.
    pub fn strings(items: Vec<Value>) -> Self {
        Self::of(&Type::String, items)
    }

    /// A slice of elements of a type; the items must be of it.
    pub fn of(element: &'static Type, items: Vec<Value>) -> Self {
        Self(Rc::new(Items { values: items, element, is_nil: false }))
    }

    /// The nil slice of a type.
    pub fn nil(element: &'static Type) -> Self {
        Self(Rc::new(Items { values: Vec::new(), element, is_nil: true }))
    }

    /// The items in order.
    pub fn items(&self) -> &[Value] {
        &self.0.values
    }

    /// The number of items.
    pub fn len(&self) -> usize {
        self.0.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.values.is_empty()
    }

    /// The type of the elements.
    pub fn element(&self) -> &'static Type {
        self.0.element
    }

    /// Whether this is the nil slice of its type.
    pub fn is_nil(&self) -> bool {
        self.0.is_nil
    }
}

impl Drop for Items {
    fn drop(&mut self) {
        release(self.values.drain(..));
    }
}

impl List {
    /// The items, if nobody else holds them.
    pub(super) fn into_unshared(self) -> Vec<Value> {
        Rc::try_unwrap(self.0).map_or_else(|_| Vec::new(), |mut items| std::mem::take(&mut items.values))
    }
}
