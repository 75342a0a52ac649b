//! Lists: made by expressions, or lying in a manifest.

use std::sync::Arc;

use sekisho_manifest::Node;

use super::{Nulls, Value};

/// A list of values.
#[derive(Debug, Clone)]
pub struct List(Items);

#[derive(Debug, Clone)]
enum Items {
    Values(Arc<Vec<Value>>),
    Nodes(Arc<Vec<Node>>, Nulls),
}

impl List {
    /// A list of these values.
    pub fn new(items: Vec<Value>) -> Self {
        Self(Items::Values(Arc::new(items)))
    }

    pub(crate) fn of_nodes(items: Arc<Vec<Node>>, nulls: Nulls) -> Self {
        Self(Items::Nodes(items, nulls))
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Items::Values(items) => items.len(),
            Items::Nodes(items, _) => items.len(),
        }
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at this index, from 0.
    pub fn get(&self, index: usize) -> Option<Value> {
        match &self.0 {
            Items::Values(items) => items.get(index).cloned(),
            Items::Nodes(items, nulls) => items.get(index).map(|node| Value::from_node(node, *nulls)),
        }
    }

    /// The items in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Value> + '_ {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// Adds an item at the end; copies nothing where nobody else holds the list.
    pub(crate) fn push(&mut self, item: Value) {
        match &mut self.0 {
            Items::Values(items) => Arc::make_mut(items).push(item),
            Items::Nodes(..) => {
                let mut items: Vec<Value> = self.iter().collect();
                items.push(item);
                *self = Self::new(items);
            }
        }
    }
}
