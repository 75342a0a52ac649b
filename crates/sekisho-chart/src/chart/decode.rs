//! Nodes → the fields of Go's structs: keys in any case, scalars as text where text is wanted.

use sekisho_manifest::{Node, Span, Value, to_yaml};
use smol_str::{SmolStr, format_smolstr};

/// A field whose value has another type than it must have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` must be {wanted}")]
pub struct FieldError {
    /// The field's path.
    pub field: String,
    /// What it must be.
    pub wanted: &'static str,
    /// Where its value stands.
    pub span: Span,
}

/// The entries of a mapping in the order in which Go assigns them to fields, without those that are null; of
/// keys that differ only in case the last one counts. None for null.
///
/// # Errors
/// Where this is no mapping.
pub(crate) fn fields<'n>(node: &'n Node, path: &str) -> Result<Vec<(SmolStr, &'n Node)>, FieldError> {
    match &node.value {
        Value::Null => Ok(Vec::new()),
        Value::Mapping(mapping) => {
            let mut entries: Vec<_> =
                mapping.entries().iter().map(|entry| (entry.key.clone(), &entry.node)).collect();
            entries.sort_by(|one, other| one.0.cmp(&other.0));
            entries.retain(|(_, node)| !node.is_null());
            Ok(entries)
        }
        _ => Err(wrong(path, "a mapping", node)),
    }
}

/// A text. Numbers and truth values are written out.
pub(crate) fn text(node: &Node, path: &str) -> Result<SmolStr, FieldError> {
    Ok(match &node.value {
        Value::Null => SmolStr::default(),
        Value::String(text) => text.clone(),
        Value::Bool(value) => format_smolstr!("{value}"),
        Value::Int(value) => format_smolstr!("{value}"),
        Value::UInt(value) => format_smolstr!("{value}"),
        Value::Float(value) => to_yaml(&(*value).into()).trim_end().into(),
        Value::Sequence(_) | Value::Mapping(_) => return Err(wrong(path, "text", node)),
    })
}

/// A truth value.
pub(crate) fn truth(node: &Node, path: &str) -> Result<bool, FieldError> {
    node.as_bool().ok_or_else(|| wrong(path, "`true` or `false`", node))
}

/// The items of a list, each with its path.
pub(crate) fn items<'n>(node: &'n Node, path: &str) -> Result<Vec<(String, &'n Node)>, FieldError> {
    match &node.value {
        Value::Sequence(items) => {
            Ok(items.iter().enumerate().map(|(index, item)| (format!("{path}[{index}]"), item)).collect())
        }
        _ => Err(wrong(path, "a list", node)),
    }
}

/// A list of texts.
pub(crate) fn texts(node: &Node, path: &str) -> Result<Vec<SmolStr>, FieldError> {
    items(node, path)?.into_iter().map(|(path, item)| text(item, &path)).collect()
}

/// A mapping from texts to texts.
pub(crate) fn text_map(node: &Node, path: &str) -> Result<Vec<(SmolStr, SmolStr)>, FieldError> {
    let Value::Mapping(mapping) = &node.value else {
        return Err(wrong(path, "a mapping", node));
    };
    let entry = |entry: &sekisho_manifest::Entry| {
        let text = text(&entry.node, &format!("{path}.{}", entry.key))?;
        Ok((entry.key.clone(), text))
    };
    mapping.entries().iter().map(entry).collect()
}

fn wrong(path: &str, wanted: &'static str, node: &Node) -> FieldError {
    FieldError { field: path.to_owned(), wanted, span: node.span }
}
