//! Values of the trees that manifests are read into, and of JSON trees.

use std::sync::Arc;

use sekisho_manifest::Node;

use super::{Number, Object, Value};

/// Reads a tree; places are left behind.
impl From<&Node> for Value {
    fn from(node: &Node) -> Self {
        match &node.value {
            sekisho_manifest::Value::Null => Self::Null,
            sekisho_manifest::Value::Bool(value) => Self::Bool(*value),
            sekisho_manifest::Value::Int(value) => Self::Number((*value).into()),
            sekisho_manifest::Value::UInt(value) => Self::Number((*value).into()),
            sekisho_manifest::Value::Float(value) => {
                Self::Number(Number::trusted(&sekisho_manifest::float::json_text(*value)))
            }
            sekisho_manifest::Value::String(text) => Self::String(text.clone()),
            sekisho_manifest::Value::Sequence(items) => {
                Self::Array(Arc::new(items.iter().map(Self::from).collect()))
            }
            sekisho_manifest::Value::Mapping(mapping) => {
                let entries = mapping.entries();
                let entry = |entry: &sekisho_manifest::Entry| {
                    (Self::String(entry.key.clone()), Self::from(&entry.node))
                };
                if entries.is_sorted_by(|one, two| one.key.as_str() < two.key.as_str()) {
                    return Self::Object(Arc::new(Object::from_entries(entries.iter().map(entry).collect())));
                }
                // Texts are put in order sooner than values of any kind.
                let mut order: Vec<&sekisho_manifest::Entry> = entries.iter().collect();
                order.sort_by(|one, two| one.key.as_str().cmp(two.key.as_str()));
                Self::Object(Arc::new(Object::from_entries(order.into_iter().map(entry).collect())))
            }
        }
    }
}

/// Reads a JSON tree.
impl From<&serde_json::Value> for Value {
    fn from(value: &serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(*value),
            serde_json::Value::Number(number) => Self::Number(Number::trusted(&number.to_string())),
            serde_json::Value::String(text) => Self::String(text.into()),
            serde_json::Value::Array(items) => Self::array(items.iter().map(Self::from).collect()),
            serde_json::Value::Object(map) => Self::object(
                map.iter().map(|(key, value)| (Self::string(key.as_str()), Self::from(value))).collect(),
            ),
        }
    }
}

/// The value as a JSON tree: sets as arrays, keys that are no strings as the text of their JSON; a number
/// that the tree cannot hold becomes the nearest one that it can.
impl From<&Value> for serde_json::Value {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => match number.as_i64() {
                Some(integer) if !number.is_written_as_float() => integer.into(),
                _ => match number.to_text().parse::<u64>() {
                    Ok(integer) => integer.into(),
                    Err(_) => number.to_f64().into(),
                },
            },
            Value::String(text) => Self::String(super::json::clean(text).into_owned()),
            Value::Array(items) => Self::Array(items.iter().map(Self::from).collect()),
            Value::Set(set) => Self::Array(set.iter().map(Self::from).collect()),
            Value::Object(object) => Self::Object(
                object
                    .entries()
                    .iter()
                    .map(|(key, value)| (super::json::key_text(key).into_owned(), Self::from(value)))
                    .collect(),
            ),
        }
    }
}
