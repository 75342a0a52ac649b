//! The values that rules reckon with: JSON as Go programs hold it, integers apart from floats.

mod map;
mod print;

use std::sync::Arc;

use sekisho_manifest::{Entry, FieldPath, Mapping, Node, Segment, Span};
use smol_str::SmolStr;

pub use map::Map;
pub(crate) use print::plain_float;

/// A value. Cloning copies no text, list or map.
///
/// Numbers of resources are [`Int`](Self::Int) where they are whole and fit, as Kubernetes' decoder gives
/// them; numbers that Kyverno reads with Go's plain JSON decoder (literals in expressions, context entries,
/// policies) are [`Float`](Self::Float), whole or not: see [`with_floats`](Self::with_floats). Equality is
/// Go's deep equality: `1` and `1.0` differ.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// `null`.
    #[default]
    Null,
    /// A truth value.
    Bool(bool),
    /// A number without fraction.
    Int(i64),
    /// Any other number, and whole ones that a plain JSON decoder read.
    Float(f64),
    /// Text.
    String(SmolStr),
    /// A list.
    List(Arc<Vec<Self>>),
    /// A map.
    Map(Arc<Map>),
}

impl Value {
    /// The value of a manifest's node, without places; integers above 64 bits with sign are floats.
    pub fn from_node(node: &Node) -> Self {
        match &node.value {
            sekisho_manifest::Value::Null => Self::Null,
            sekisho_manifest::Value::Bool(value) => Self::Bool(*value),
            sekisho_manifest::Value::Int(value) => Self::Int(*value),
            #[expect(clippy::cast_precision_loss, reason = "as Kubernetes' decoder rounds")]
            sekisho_manifest::Value::UInt(value) => Self::Float(*value as f64),
            sekisho_manifest::Value::Float(value) => Self::Float(*value),
            sekisho_manifest::Value::String(text) => Self::String(text.clone()),
            sekisho_manifest::Value::Sequence(items) => items.iter().map(Self::from_node).collect(),
            sekisho_manifest::Value::Mapping(mapping) => mapping
                .entries()
                .iter()
                .map(|entry| (entry.key.clone(), Self::from_node(&entry.node)))
                .collect(),
        }
    }

    /// The value as a tree that stands nowhere: every span is empty.
    pub fn to_node(&self) -> Node {
        let value = match self {
            Self::Null => sekisho_manifest::Value::Null,
            Self::Bool(value) => sekisho_manifest::Value::Bool(*value),
            Self::Int(value) => sekisho_manifest::Value::Int(*value),
            Self::Float(value) => number(*value),
            Self::String(text) => sekisho_manifest::Value::String(text.clone()),
            Self::List(items) => {
                sekisho_manifest::Value::Sequence(Arc::new(items.iter().map(Self::to_node).collect()))
            }
            Self::Map(map) => {
                let entry = |(key, value): (&SmolStr, &Self)| Entry {
                    key: key.clone(),
                    key_span: Span::default(),
                    node: value.to_node(),
                };
                sekisho_manifest::Value::Mapping(Arc::new(Mapping::new(map.iter().map(entry).collect())))
            }
        };
        Node { span: Span::default(), value }
    }

    /// The value with every number a float, as Go's plain JSON decoder would have read it.
    #[must_use]
    pub fn with_floats(&self) -> Self {
        if !self.has_integer() {
            return self.clone();
        }
        match self {
            #[expect(clippy::cast_precision_loss, reason = "as Go's decoder rounds")]
            Self::Int(value) => Self::Float(*value as f64),
            Self::List(items) => items.iter().map(Self::with_floats).collect(),
            Self::Map(map) => map.iter().map(|(key, value)| (key.clone(), value.with_floats())).collect(),
            other => other.clone(),
        }
    }

    fn has_integer(&self) -> bool {
        match self {
            Self::Int(_) => true,
            Self::List(items) => items.iter().any(Self::has_integer),
            Self::Map(map) => map.iter().any(|(_, value)| value.has_integer()),
            _ => false,
        }
    }

    /// The field with this key, also when it is null; none where this is no map.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_map()?.get(key)
    }

    /// Follows keys downward.
    pub fn at(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |value, key| value.get(key))
    }

    /// Follows a path of keys and indexes downward.
    pub fn resolve(&self, path: &FieldPath) -> Option<&Self> {
        path.segments().iter().try_fold(self, |value, segment| match segment {
            Segment::Key(key) => value.get(key),
            Segment::Index(index) => value.as_list()?.get(*index),
        })
    }

    /// The truth value, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The number as a float, if this is a number.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "as Go converts")]
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// The text, if this is text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The items, if this is a list.
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The map, if this is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// How many values it is made of, itself included.
    pub fn size(&self) -> usize {
        match self {
            Self::List(items) => items.iter().map(Self::size).sum::<usize>() + 1,
            Self::Map(map) => map.values().map(Self::size).sum::<usize>() + 1,
            _ => 1,
        }
    }

    /// Whether every number in it can be said in JSON.
    pub fn is_finite(&self) -> bool {
        match self {
            Self::Float(value) => value.is_finite(),
            Self::List(items) => items.iter().all(Self::is_finite),
            Self::Map(map) => map.values().all(Self::is_finite),
            _ => true,
        }
    }

    /// Whether two values share one list or map, so that they are equal without a look.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Map(one), Self::Map(other)) => Arc::ptr_eq(one, other),
            (Self::List(one), Self::List(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

/// A float as a manifest's number; one that JSON cannot say is null.
fn number(value: f64) -> sekisho_manifest::Value {
    if !value.is_finite() {
        return sekisho_manifest::Value::Null;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the range is held by the condition")]
    if value.fract() == 0.0 && value.abs() < 9.0e15 {
        return sekisho_manifest::Value::Int(value as i64);
    }
    sekisho_manifest::Value::Float(value)
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

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
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

impl From<SmolStr> for Value {
    fn from(text: SmolStr) -> Self {
        Self::String(text)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Map(Arc::new(map))
    }
}

impl From<Vec<Self>> for Value {
    fn from(items: Vec<Self>) -> Self {
        Self::List(Arc::new(items))
    }
}

impl FromIterator<Self> for Value {
    fn from_iter<I: IntoIterator<Item = Self>>(items: I) -> Self {
        Self::List(Arc::new(items.into_iter().collect()))
    }
}

impl FromIterator<(SmolStr, Self)> for Value {
    fn from_iter<I: IntoIterator<Item = (SmolStr, Self)>>(entries: I) -> Self {
        Self::Map(Arc::new(entries.into_iter().collect()))
    }
}
