//! JSON that is written: its fields stand in the order in which they were put.

use sekisho_manifest::{Node, Value};
use serde::ser::{Serialize, SerializeMap, Serializer};
use smol_str::SmolStr;

/// A value that is written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<Json>),
    Object(Object),
}

/// Fields in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Object(pub(crate) Vec<(SmolStr, Json)>);

impl Object {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// With a field.
    pub(crate) fn with(mut self, key: &str, value: impl Into<Json>) -> Self {
        self.0.push((key.into(), value.into()));
        self
    }

    /// With a field where there is something to say.
    pub(crate) fn maybe(self, key: &str, value: Option<impl Into<Json>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// With a list where it holds anything.
    pub(crate) fn list(self, key: &str, items: Vec<Json>) -> Self {
        if items.is_empty() { self } else { self.with(key, Json::List(items)) }
    }

    /// With fields that were read elsewhere and are not there yet.
    pub(crate) fn foreign(mut self, fields: &[(SmolStr, Node)]) -> Self {
        for (key, node) in fields {
            if self.0.iter().all(|(known, _)| known != key) {
                self.0.push((key.clone(), Json::of(node)));
            }
        }
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Json {
    /// A value as it was read.
    pub(crate) fn of(node: &Node) -> Self {
        match &node.value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(value) => Self::Integer(*value),
            #[allow(clippy::cast_precision_loss, reason = "no field of a bill is so large")]
            Value::UInt(value) => Self::Float(*value as f64),
            Value::Float(value) => Self::Float(*value),
            Value::String(text) => Self::Text(text.to_string()),
            Value::Sequence(items) => Self::List(items.iter().map(Self::of).collect()),
            Value::Mapping(mapping) => Self::Object(Object(
                mapping.entries().iter().map(|entry| (entry.key.clone(), Self::of(&entry.node))).collect(),
            )),
        }
    }

    /// As a text with a line feed at its end.
    pub(crate) fn print(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(object) => {
                let mut map = serializer.serialize_map(Some(object.0.len()))?;
                for (key, value) in &object.0 {
                    map.serialize_entry(key.as_str(), value)?;
                }
                map.end()
            }
        }
    }
}

impl From<Object> for Json {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Json {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<&SmolStr> for Json {
    fn from(text: &SmolStr) -> Self {
        Self::Text(text.to_string())
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u32> for Json {
    fn from(value: u32) -> Self {
        Self::Integer(value.into())
    }
}

/// Texts as a list.
pub(crate) fn texts<T: ToString>(items: impl IntoIterator<Item = T>) -> Vec<Json> {
    items.into_iter().map(|item| Json::Text(item.to_string())).collect()
}
