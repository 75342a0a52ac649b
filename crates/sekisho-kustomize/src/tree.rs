//! Trees under construction: nodes that a build makes, and changes to nodes that it was given.

use std::sync::Arc;

use sekisho_manifest::{Entry, Mapping, Node, Segment, Span, Value};
use smol_str::SmolStr;

/// A text that stands for itself at a place.
pub(crate) fn text(text: impl Into<SmolStr>, span: Span) -> Node {
    Node { span, value: Value::String(text.into()) }
}

/// A mapping without entries.
pub(crate) fn mapping(span: Span) -> Node {
    Node { span, value: Value::Mapping(Arc::default()) }
}

/// A list of these items.
pub(crate) fn sequence(items: Vec<Node>, span: Span) -> Node {
    Node { span, value: Value::Sequence(Arc::new(items)) }
}

/// A mapping of these entries, whose keys differ.
pub(crate) fn mapping_of(entries: Vec<Entry>, span: Span) -> Node {
    Node { span, value: Value::Mapping(Arc::new(Mapping::new(entries))) }
}

pub(crate) fn entry(key: impl Into<SmolStr>, key_span: Span, node: Node) -> Entry {
    Entry { key: key.into(), key_span, node }
}

/// Puts a value at a key: an entry that is there keeps the place of its key.
pub(crate) fn set(node: &mut Node, key: &str, key_span: Span, value: Node) {
    let Some(mapping) = node.as_mapping_mut() else { return };
    match mapping.value_mut(key) {
        Some(old) => *old = value,
        None => mapping.put(entry(key, key_span, value)),
    }
}

pub(crate) fn remove(node: &mut Node, key: &str) {
    if node.entry(key).is_some()
        && let Some(mapping) = node.as_mapping_mut()
    {
        mapping.remove(key);
    }
}

/// The value at a key, also null, to change it.
pub(crate) fn child_mut<'n>(node: &'n mut Node, key: &str) -> Option<&'n mut Node> {
    node.entry(key)?;
    node.as_mapping_mut()?.value_mut(key)
}

/// The mapping at a key, which is made where there is none; none where something else stands there.
pub(crate) fn mapping_at<'n>(node: &'n mut Node, key: &str, span: Span) -> Option<&'n mut Node> {
    if node.get(key).is_none() {
        set(node, key, span, mapping(span));
    }
    child_mut(node, key).filter(|child| child.as_mapping().is_some())
}

/// What stands at a path.
pub(crate) fn at<'n>(node: &'n Node, path: &[Segment]) -> Option<&'n Node> {
    path.iter().try_fold(node, |node, segment| match segment {
        Segment::Key(key) => node.entry(key).map(|entry| &entry.node),
        Segment::Index(index) => node.items().get(*index),
    })
}

/// What stands at a path, to change it.
pub(crate) fn at_mut<'n>(node: &'n mut Node, path: &[Segment]) -> Option<&'n mut Node> {
    path.iter().try_fold(node, |node, segment| match segment {
        Segment::Key(key) => child_mut(node, key),
        Segment::Index(index) => node.items_mut()?.get_mut(*index),
    })
}

/// Whether a value counts as nothing: null, or a list or mapping without content.
pub(crate) fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::Sequence(items) => items.is_empty(),
        Value::Mapping(mapping) => mapping.entries().is_empty(),
        _ => false,
    }
}

pub(crate) fn is_scalar(node: &Node) -> bool {
    !matches!(node.value, Value::Sequence(_) | Value::Mapping(_))
}

/// What a value is, for messages.
pub(crate) fn kind(node: &Node) -> &'static str {
    match node.value {
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a mapping",
        Value::Null => "nothing",
        _ => "a single value",
    }
}

/// How many values a tree holds.
pub(crate) fn size(node: &Node) -> usize {
    let children: usize = match &node.value {
        Value::Sequence(items) => items.iter().map(size).sum(),
        Value::Mapping(mapping) => mapping.entries().iter().map(|entry| size(&entry.node)).sum(),
        _ => 0,
    };
    children.saturating_add(1)
}
