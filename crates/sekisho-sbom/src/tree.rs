//! Trees of values: read from JSON and YAML, and made of what is written otherwise.

use std::collections::HashSet;
use std::sync::Arc;

use sekisho_manifest::{Entry, Format, Mapping, Node, SourceId, Span, Value, load, load_one_as};
use smol_str::SmolStr;

use crate::budget::{Budget, SbomError};

/// Reads the first value of JSON.
pub(crate) fn json(text: &str, budget: &Budget) -> Result<Node, SbomError> {
    first(load(SourceId(0), text, Format::Json, &budget.tree()), text, "JSON")
}

/// Reads all values of JSON, one behind the other.
pub(crate) fn json_lines(text: &str, budget: &Budget) -> Result<Vec<Node>, SbomError> {
    let loaded = load(SourceId(0), text, Format::Json, &budget.tree());
    if loaded.documents.is_empty() {
        return first(loaded, text, "JSON").map(|node| vec![node]);
    }
    Ok(loaded.documents.into_iter().map(|document| document.root).collect())
}

/// Reads YAML of one document.
pub(crate) fn yaml(text: &str, budget: &Budget) -> Result<Node, SbomError> {
    first(load_one_as(SourceId(0), text, Format::YamlCore, &budget.tree()), text, "YAML")
}

fn first(loaded: sekisho_manifest::Loaded, text: &str, format: &'static str) -> Result<Node, SbomError> {
    if let Some(document) = loaded.documents.into_iter().next() {
        return Ok(document.root);
    }
    let reason = loaded.errors.first().map_or_else(
        || "it holds nothing".to_owned(),
        |error| {
            let above = text.get(..error.span.start as usize).unwrap_or_default();
            format!("line {}: {}", above.bytes().filter(|byte| *byte == b'\n').count() + 1, error.kind)
        },
    );
    Err(SbomError::Syntax { format, reason })
}

/// A value that stands nowhere.
pub(crate) fn node(value: Value) -> Node {
    Node { span: Span::default(), value }
}

/// A text.
pub(crate) fn text(text: impl Into<SmolStr>) -> Node {
    node(Value::String(text.into()))
}

/// A list.
pub(crate) fn list(items: Vec<Node>) -> Node {
    node(Value::Sequence(Arc::new(items)))
}

/// An object; of a key that stands twice the first holds.
pub(crate) fn object(fields: impl IntoIterator<Item = (SmolStr, Node)>) -> Node {
    let mut seen = HashSet::new();
    let fields = fields.into_iter().filter(|(key, _)| seen.insert(key.clone()));
    let entries = fields.map(|(key, node)| Entry { key, key_span: Span::default(), node }).collect();
    node(Value::Mapping(Arc::new(Mapping::new(entries))))
}

/// The text of a field; none where it is empty or no text.
pub(crate) fn filled<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    Some(node.str(key).trim()).filter(|text| !text.is_empty())
}

/// A number that stands as such or as text.
pub(crate) fn number(node: &Node, key: &str) -> Option<u32> {
    let field = node.get(key)?;
    match &field.value {
        Value::Int(number) => u32::try_from(*number).ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// The fields of an object that are not among these.
pub(crate) fn others(node: &Node, known: &[&str]) -> Vec<(SmolStr, Node)> {
    let unknown = node.entries().iter().filter(|entry| !known.contains(&entry.key.as_str()));
    unknown.map(|entry| (entry.key.clone(), entry.node.clone())).collect()
}
