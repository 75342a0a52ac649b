//! Patterns: what a resource must look like, with anchors, wildcards and comparisons.

pub(crate) mod anchor;
mod compile;
mod evaluate;
mod wildcard_keys;

use std::fmt;

use smol_str::SmolStr;

use crate::budget::{BudgetError, Meter};
use crate::scalar;
use crate::value::Value;

use self::anchor::Anchor;

/// A pattern, read once.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    pub(crate) root: Element,
}

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
    wildcards: Option<Value>,
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

/// Why a resource does not match a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mismatch {
    /// In words.
    pub(crate) message: String,
    /// The field, with a slash behind each of its parts; empty where an anchor's field is missing.
    pub(crate) path: String,
    /// Whether the pattern does not apply to the resource.
    pub(crate) skip: bool,
}

/// How matching ended, where it did not end well.
#[derive(Debug)]
pub(crate) enum Failure {
    Mismatch(Mismatch),
    Budget(BudgetError),
}

impl From<BudgetError> for Failure {
    fn from(error: BudgetError) -> Self {
        Self::Budget(error)
    }
}

impl Scalar {
    pub(crate) fn matches(&self, value: &Value, meter: &Meter) -> Result<bool, BudgetError> {
        match self {
            Self::Text(pattern) => pattern.matches(value, meter),
            Self::Other(pattern) => scalar::matches(value, pattern, meter),
        }
    }

    fn to_plain(&self) -> String {
        match self {
            Self::Text(pattern) => pattern.source().to_owned(),
            Self::Other(value) => value.to_plain(),
        }
    }

    fn type_name(&self) -> &'static str {
        match self {
            Self::Text(_) => "string",
            Self::Other(value) => type_name(Some(value)),
        }
    }
}

impl Pattern {
    /// Reads a pattern in which no variables are left.
    pub(crate) fn new(value: &Value) -> Self {
        Self { root: compile::element(value) }
    }

    /// Matches a resource.
    pub(crate) fn matches(&self, resource: &Value, meter: &Meter) -> Result<(), Failure> {
        evaluate::matches(&self.root, resource, meter)
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The name of a value's type as Go prints it.
fn type_name(value: Option<&Value>) -> &'static str {
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
