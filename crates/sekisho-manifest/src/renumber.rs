//! Other numbers for the sources of trees that were read before their run knew all of its sources.

use std::collections::HashMap;
use std::sync::Arc;

use crate::{Mapping, Node, SourceId, Value};

/// Gives the sources of nodes other numbers.
///
/// What several nodes share they share afterwards too, so that a document full of aliases stays as small as it
/// was. One value serves all nodes that may share something.
pub struct Renumbering<'n> {
    number: &'n dyn Fn(SourceId) -> SourceId,
    mappings: Shared<Mapping>,
    sequences: Shared<Vec<Node>>,
}

/// What is shared and was done, old and new, by the address of the old one. That is kept, or another could get
/// its address.
type Shared<T> = HashMap<usize, (Arc<T>, Arc<T>)>;

impl std::fmt::Debug for Renumbering<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Renumbering").finish_non_exhaustive()
    }
}

impl<'n> Renumbering<'n> {
    /// Gives each source the number that a function tells.
    pub fn new(number: &'n dyn Fn(SourceId) -> SourceId) -> Self {
        Self { number, mappings: HashMap::new(), sequences: HashMap::new() }
    }

    /// Renumbers a node and everything below it. A node that was done must not be done again.
    pub fn node(&mut self, node: &mut Node) {
        node.span.source = (self.number)(node.span.source);
        match &mut node.value {
            Value::Mapping(mapping) => self.mapping(mapping),
            Value::Sequence(items) => self.sequence(items),
            _ => {}
        }
    }

    fn mapping(&mut self, mapping: &mut Arc<Mapping>) {
        if let Some(own) = Arc::get_mut(mapping) {
            self.entries(own);
            return;
        }
        let address = Arc::as_ptr(mapping) as usize;
        if let Some((_, done)) = self.mappings.get(&address) {
            *mapping = Arc::clone(done);
            return;
        }
        let mut own = mapping.as_ref().clone();
        self.entries(&mut own);
        let done = Arc::new(own);
        let old = std::mem::replace(mapping, Arc::clone(&done));
        self.mappings.insert(address, (old, done));
    }

    fn entries(&mut self, mapping: &mut Mapping) {
        for entry in mapping.entries_mut() {
            entry.key_span.source = (self.number)(entry.key_span.source);
            self.node(&mut entry.node);
        }
    }

    fn sequence(&mut self, items: &mut Arc<Vec<Node>>) {
        if let Some(own) = Arc::get_mut(items) {
            for item in own {
                self.node(item);
            }
            return;
        }
        let address = Arc::as_ptr(items) as usize;
        if let Some((_, done)) = self.sequences.get(&address) {
            *items = Arc::clone(done);
            return;
        }
        let mut own = items.as_ref().clone();
        for item in &mut own {
            self.node(item);
        }
        let done = Arc::new(own);
        let old = std::mem::replace(items, Arc::clone(&done));
        self.sequences.insert(address, (old, done));
    }
}
