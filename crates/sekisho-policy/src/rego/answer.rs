//! What rules answer: messages, and the fields that they name.

use sekisho_manifest::{FieldPath, Node};
use sekisho_rego::value::Value;

use super::field;

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Message {
    pub(super) text: String,
    pub(super) places: Vec<FieldPath>,
    /// Whether the rule gave something that is no message.
    pub(super) is_error: bool,
}

/// The messages of the value of a rule. Texts that are empty, and values that are neither texts nor objects,
/// say nothing.
pub(super) fn messages(value: Option<&Value>, object: Option<&Node>) -> Vec<Message> {
    elements(value).iter().filter_map(|element| message(element, object)).collect()
}

fn message(element: &Value, object: Option<&Node>) -> Option<Message> {
    let read = match element {
        Value::String(text) => Message { text: text.to_string(), places: Vec::new(), is_error: false },
        Value::Object(_) => match element.field("msg").and_then(Value::as_str) {
            Some(text) => Message {
                text: text.to_owned(),
                places: object.map(|object| field::named(element, object)).unwrap_or_default(),
                is_error: false,
            },
            None => Message {
                text: "the rule gives an object without a text `msg`".to_owned(),
                places: Vec::new(),
                is_error: true,
            },
        },
        _ => return None,
    };
    Some(read).filter(|read| !read.text.is_empty())
}

/// Whether the value of `exception` has a rule of this name: `exception[_][_] == name`.
pub(super) fn excepts(value: &Value, name: &str) -> bool {
    let is_named = |value: &Value| value.as_str() == Some(name);
    children(value).iter().any(|list| children(list).iter().any(is_named))
}

fn elements(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Set(set)) => set.elements(),
        Some(Value::Array(items)) => items.as_slice(),
        _ => &[],
    }
}

fn children(value: &Value) -> Vec<Value> {
    match value {
        Value::Object(object) => object.values().cloned().collect(),
        other => elements(Some(other)).to_vec(),
    }
}
