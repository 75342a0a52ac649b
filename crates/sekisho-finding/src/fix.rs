//! How a finding can be mended: changes of single fields, said on the tree and not on the text.

use std::borrow::Cow;

use sekisho_manifest::{FieldPath, SourceId};
use serde_json::Value;

/// Whether a fix may be applied without a person looking at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// A workload that works keeps working, unless it relied on what the finding is about and the fix
    /// names that in its description.
    Safe,
    /// May stop a workload that works; asked for with `--unsafe`.
    Unsafe,
}

/// A remedy that a program can apply.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// Whether it may be applied unseen.
    pub safety: Safety,
    /// What it does, in one imperative clause: `` set `allowPrivilegeEscalation: false` ``. Fixes that do
    /// the same thing in different objects carry the same words: actions are counted by them.
    pub description: Cow<'static, str>,
    /// The changes, in order.
    pub edits: Vec<Edit>,
}

/// A change of one field of one document.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// The source.
    pub source: SourceId,
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
    /// Take the field, or the item, away.
    Remove,
    /// Add this item at the end of the sequence, which is made where it is missing.
    Append(Value),
}
