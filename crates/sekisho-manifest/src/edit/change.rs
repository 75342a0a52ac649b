//! What to change, said on the tree and not on the text.

use serde_json::Value;

use crate::FieldPath;

/// A change of one field of one document.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The document of the source, from 0.
    pub document: u32,
    /// The field, by its path from the document's root (`items[…]` of a `List` included).
    pub path: FieldPath,
    /// What to do with it.
    pub operation: Operation,
}

/// What to do with a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// Give the field this value; mappings on the way to it are made where they are missing.
    Set(Value),
    /// Take the field, or the item, away. A field that is not there stays so.
    Remove,
    /// Add this item at the end of the sequence, which is made where it is missing.
    Append(Value),
}

impl Operation {
    /// Whether nothing of what was there stays.
    pub(super) fn replaces(&self) -> bool {
        !matches!(self, Self::Append(_))
    }
}

/// A change with the number of the group that it belongs to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask<'c> {
    pub(super) change: &'c Change,
    pub(super) group: usize,
}
