//! The values that expressions are about. Values of manifests are looked into where they lie.

pub(crate) mod amount;
pub(crate) mod civil;
pub(crate) mod compare;
pub(crate) mod foreign;
pub(crate) mod format;
mod json;
pub(crate) mod list;
pub(crate) mod map;
pub(crate) mod network;
pub(crate) mod opaque;
pub(crate) mod time;
pub(crate) mod url;
pub(crate) mod version;

use std::sync::Arc;

use sekisho_manifest::{Node, Value as NodeValue};
use smol_str::SmolStr;

use self::foreign::Foreign;

pub use list::List;
pub use map::Map;
pub use opaque::Opaque;
pub use time::{Duration, Timestamp};

/// A value of CEL. Cloning copies no list, map, text or tree.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Value {
    /// `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number with sign.
    Int(i64),
    /// A whole number without sign.
    UInt(u64),
    /// A floating-point number.
    Double(f64),
    /// A text.
    String(SmolStr),
    /// Bytes.
    Bytes(Arc<[u8]>),
    /// A point in time.
    Timestamp(Timestamp),
    /// A span of time.
    Duration(Duration),
    /// A list.
    List(List),
    /// A map.
    Map(Map),
    /// A value that may be missing.
    Optional(Option<Arc<Value>>),
    /// A type, by its name.
    Type(SmolStr),
    /// A message that an expression made.
    Struct(Arc<Struct>),
    /// A value of a library's own type.
    Opaque(Opaque),
}

/// A message that an expression made: `Object{spec: …}`.
#[derive(Debug, Clone)]
pub struct Struct {
    /// The full name of its type.
    pub name: SmolStr,
    /// The fields that were given, in their order.
    pub fields: Vec<(SmolStr, Value)>,
}

impl Struct {
    /// The field of this name, if it was given.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

/// What becomes of nulls in a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Nulls {
    /// They are values.
    #[default]
    Kept,
    /// A field that is null is missing, as in an object that the API server has decoded.
    Absent,
}

impl Value {
    /// A manifest's value, looked into where it lies.
    pub fn from_node(node: &Node, nulls: Nulls) -> Self {
        match &node.value {
            NodeValue::Null => Self::Null,
            NodeValue::Bool(value) => Self::Bool(*value),
            NodeValue::Int(value) => Self::Int(*value),
            #[expect(clippy::cast_precision_loss, reason = "Kubernetes reads such a number as a float")]
            NodeValue::UInt(value) => Self::Double(*value as f64),
            NodeValue::Float(value) => Self::Double(*value),
            NodeValue::String(text) => Self::String(text.clone()),
            NodeValue::Sequence(items) => Self::List(List::of_nodes(Arc::clone(items), nulls)),
            NodeValue::Mapping(mapping) => Self::Map(Map::of_mapping(Arc::clone(mapping), nulls)),
        }
    }

    /// A text.
    pub fn string(text: impl Into<SmolStr>) -> Self {
        Self::String(text.into())
    }

    /// A list of these values.
    pub fn list(items: Vec<Self>) -> Self {
        Self::List(List::new(items))
    }

    /// A value that is there.
    pub fn some(value: Self) -> Self {
        Self::Optional(Some(Arc::new(value)))
    }

    /// A value of a type of the caller's own.
    pub fn foreign(value: impl Foreign) -> Self {
        Self::Opaque(Opaque::Foreign(Arc::new(value)))
    }

    /// The value of a type of the caller's own, if this is one.
    pub fn as_foreign<F: Foreign>(&self) -> Option<&F> {
        match self {
            Self::Opaque(Opaque::Foreign(foreign)) => {
                let any: &dyn std::any::Any = &**foreign;
                any.downcast_ref()
            }
            _ => None,
        }
    }

    /// The text, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The name of the value's type.
    pub fn type_name(&self) -> SmolStr {
        SmolStr::new_static(match self {
            Self::Null => "null_type",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::UInt(_) => "uint",
            Self::Double(_) => "double",
            Self::String(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::Timestamp(_) => "google.protobuf.Timestamp",
            Self::Duration(_) => "google.protobuf.Duration",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Optional(_) => "optional_type",
            Self::Type(_) => "type",
            Self::Struct(made) => return made.name.clone(),
            Self::Opaque(opaque) => return opaque.type_name(),
        })
    }

    /// Whether the value is what its type has when nothing is set.
    pub(crate) fn is_zero(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Bool(value) => !value,
            Self::Int(value) => *value == 0,
            Self::UInt(value) => *value == 0,
            Self::Double(value) => *value == 0.0,
            Self::String(text) => text.is_empty(),
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::Timestamp(time) => *time == Timestamp::ZERO,
            Self::Duration(duration) => duration.nanoseconds() == 0,
            Self::List(list) => list.is_empty(),
            Self::Map(map) => map.is_empty(),
            Self::Optional(value) => value.as_ref().is_none_or(|value| value.is_zero()),
            Self::Struct(made) => made.fields.is_empty(),
            Self::Type(_) | Self::Opaque(_) => false,
        }
    }

    /// The size that the cost model counts with: characters, bytes, items, entries; 1 for anything else.
    pub(crate) fn size(&self) -> u64 {
        let size = match self {
            Self::String(text) => {
                if text.is_ascii() {
                    text.len()
                } else {
                    text.chars().count()
                }
            }
            Self::Bytes(bytes) => bytes.len(),
            Self::List(list) => list.len(),
            Self::Map(map) => map.len(),
            Self::Opaque(opaque) => opaque.size(),
            Self::Optional(Some(value)) => return value.size(),
            _ => 1,
        };
        size as u64
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::list(items)
    }
}
