//! A pattern as it was read.

use smol_str::SmolStr;

use super::anchor::Anchor;
use crate::budget::{BudgetError, Meter};
use crate::scalar;
use crate::value::Value;

/// A part of a pattern.
#[derive(Debug, Clone)]
pub(crate) enum Element {
    Map(MapPattern),
    List(Vec<Self>),
    Scalar(Scalar),
}

/// A plain value to compare with.
#[derive(Debug, Clone)]
pub(crate) enum Scalar {
    Text(scalar::Pattern),
    /// Anything but text.
    Other(Value),
}

/// The fields of a map.
#[derive(Debug, Clone)]
pub(crate) struct MapPattern {
    /// Those with anchors that are looked at first, in the order of their keys.
    pub(crate) anchors: Vec<Field>,
    /// The others, in the order in which they are looked at.
    pub(crate) fields: Vec<Field>,
    /// The pattern itself, where labels or annotations have wildcards in their keys, which must be replaced by
    /// the keys of the resource before.
    pub(super) wildcards: Option<Value>,
}

#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// The key as written.
    pub(crate) written: SmolStr,
    pub(crate) anchor: Option<Anchor>,
    /// The key without its anchor.
    pub(crate) key: SmolStr,
    pub(crate) element: Element,
}

impl Scalar {
    pub(crate) fn matches(&self, value: &Value, meter: &Meter) -> Result<bool, BudgetError> {
        match self {
            Self::Text(pattern) => pattern.matches(value, meter),
            Self::Other(pattern) => scalar::matches(value, pattern, meter),
        }
    }

    pub(super) fn to_plain(&self) -> String {
        match self {
            Self::Text(pattern) => pattern.source().to_owned(),
            Self::Other(value) => value.to_plain(),
        }
    }

    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Text(_) => "string",
            Self::Other(value) => type_name(Some(value)),
        }
    }
}

/// The name of a value's type as Go prints it.
pub(super) fn type_name(value: Option<&Value>) -> &'static str {
    match value {
        None | Some(Value::Null) => "<nil>",
        Some(Value::Bool(_)) => "bool",
        Some(Value::Int(_)) => "int64",
        Some(Value::Float(_)) => "float64",
        Some(Value::String(_)) => "string",
        Some(Value::List(_)) => "[]interface {}",
        Some(Value::Map(_)) => "map[string]interface {}",
    }
}
