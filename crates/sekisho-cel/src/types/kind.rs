//! What a type is.

use std::fmt;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::value::Value;

/// A type of CEL.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Type {
    /// Known only when the expression runs.
    Dyn,
    /// The type of `null`.
    Null,
    /// Truth values.
    Bool,
    /// Whole numbers with sign.
    Int,
    /// Whole numbers without sign.
    UInt,
    /// Floating-point numbers.
    Double,
    /// Texts.
    String,
    /// Bytes.
    Bytes,
    /// Points in time.
    Timestamp,
    /// Spans of time.
    Duration,
    /// Lists of one type.
    List(Arc<Type>),
    /// Maps from one type to another.
    Map(Arc<Type>, Arc<Type>),
    /// A value that may be missing.
    Optional(Arc<Type>),
    /// A primitive type or null.
    Wrapper(Arc<Type>),
    /// A library's own type.
    Opaque(SmolStr),
    /// A message.
    Struct(SmolStr),
    /// The type of a type.
    TypeOf(Arc<Type>),
    /// A parameter of an overload.
    Parameter(SmolStr),
    /// A type that the checker has still to find.
    Variable(u32),
    /// What has no type since it is wrong.
    Error,
}

impl Type {
    /// Lists of this type.
    pub fn list(item: Self) -> Self {
        Self::List(Arc::new(item))
    }

    /// Maps of these types.
    pub fn map(key: Self, value: Self) -> Self {
        Self::Map(Arc::new(key), Arc::new(value))
    }

    /// A value of this type that may be missing.
    pub fn optional(value: Self) -> Self {
        Self::Optional(Arc::new(value))
    }

    /// The types that this one is made of.
    pub(crate) fn parameters(&self) -> Vec<&Self> {
        match self {
            Self::List(item) | Self::Optional(item) | Self::TypeOf(item) => vec![item],
            Self::Map(key, value) => vec![key, value],
            _ => Vec::new(),
        }
    }

    /// This type with its parts replaced.
    pub(crate) fn with(&self, parts: &mut impl FnMut(&Self) -> Self) -> Self {
        match self {
            Self::List(item) => Self::list(parts(item)),
            Self::Optional(item) => Self::optional(parts(item)),
            Self::TypeOf(item) => Self::TypeOf(Arc::new(parts(item))),
            Self::Map(key, value) => {
                let key = parts(key);
                Self::map(key, parts(value))
            }
            other => other.clone(),
        }
    }

    /// The name of the type as a value.
    pub(crate) fn name(&self) -> SmolStr {
        SmolStr::new_static(match self {
            Self::Dyn | Self::Variable(_) | Self::Error => "dyn",
            Self::Null => "null_type",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::UInt => "uint",
            Self::Double => "double",
            Self::String => "string",
            Self::Bytes => "bytes",
            Self::Timestamp => "google.protobuf.Timestamp",
            Self::Duration => "google.protobuf.Duration",
            Self::List(_) => "list",
            Self::Map(..) => "map",
            Self::Optional(_) => "optional_type",
            Self::TypeOf(_) => "type",
            Self::Wrapper(inner) => return inner.name(),
            Self::Opaque(name) | Self::Struct(name) | Self::Parameter(name) => return name.clone(),
        })
    }

    /// Whether a value can be of this type, as far as an overload is chosen by it.
    #[expect(
        clippy::match_same_arms,
        clippy::unnested_or_patterns,
        reason = "a line for each type reads best"
    )]
    pub(crate) fn admits(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Dyn | Self::Parameter(_) | Self::Variable(_) | Self::Error, _)
            | (Self::Null, Value::Null)
            | (Self::Bool, Value::Bool(_))
            | (Self::Int, Value::Int(_))
            | (Self::UInt, Value::UInt(_))
            | (Self::Double, Value::Double(_))
            | (Self::String, Value::String(_))
            | (Self::Bytes, Value::Bytes(_))
            | (Self::Timestamp, Value::Timestamp(_))
            | (Self::Duration, Value::Duration(_))
            | (Self::List(_), Value::List(_))
            | (Self::Map(..), Value::Map(_))
            | (Self::Optional(_), Value::Optional(_))
            | (Self::TypeOf(_), Value::Type(_))
            | (Self::Wrapper(_), Value::Null) => true,
            (Self::Wrapper(inner), value) => inner.admits(value),
            (Self::Opaque(name) | Self::Struct(name), Value::Opaque(opaque)) => opaque.type_name() == *name,
            (Self::Struct(name), Value::Struct(made)) => made.name == *name,
            (Self::Struct(_), Value::Map(_)) => true,
            _ => false,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(item) => write!(f, "list({item})"),
            Self::Map(key, value) => write!(f, "map({key}, {value})"),
            Self::Optional(item) => write!(f, "optional_type({item})"),
            Self::TypeOf(item) => write!(f, "type({item})"),
            Self::Wrapper(inner) => write!(f, "wrapper({inner})"),
            Self::Error => f.write_str("!error!"),
            Self::Null => f.write_str("null"),
            other => f.write_str(&other.name()),
        }
    }
}
