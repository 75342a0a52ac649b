//! The transformations that are built into kustomize, each over all objects of a kustomization.

pub(crate) mod image;
pub(crate) mod map;
pub(crate) mod name;
pub(crate) mod namespace;
pub(crate) mod patch;
pub(crate) mod replacement;
pub(crate) mod replica;
pub(crate) mod sort;
mod structured;
pub(crate) mod value_add;

use sekisho_manifest::{Node, Span, Value};

use crate::texts::Texts;
use crate::{tree, yaml3};

/// A single value that takes the place of another: text where the other stood in quotes or the new one can
/// be nothing else, else whatever it reads as.
pub(crate) fn like(old: &Node, new: &str, span: Span, texts: &Texts) -> Node {
    if texts.is_quoted(old) {
        return tree::text(new, span);
    }
    plain(new, span)
}

/// A single value as if it had been written without quotes.
pub(crate) fn plain(text: &str, span: Span) -> Node {
    match yaml3::resolve(text) {
        // Nothing at all would be read as null.
        Value::Null if text.is_empty() => tree::text(text, span),
        value => Node { span, value },
    }
}
