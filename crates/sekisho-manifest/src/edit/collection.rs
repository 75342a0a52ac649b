//! Collections that gain or lose parts, and which changes of one can be made at once.

use crate::{FieldPath, Node};

/// A collection that gains or loses a part.
#[derive(Debug, Clone)]
pub(super) struct Collection {
    pub(super) path: FieldPath,
    pub(super) sharing: Sharing,
    /// How many parts it has.
    pub(super) parts: usize,
}

/// Which changes of a collection can be made at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sharing {
    /// No other.
    Alone,
    /// Others that add a part.
    Gains,
    /// Others that take a part away, as long as one is left.
    Loses,
}

impl Collection {
    pub(super) fn new(path: FieldPath, node: &Node, sharing: Sharing) -> Self {
        Self { path, sharing, parts: node.items().len() + node.entries().len() }
    }
}
