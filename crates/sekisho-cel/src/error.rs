//! Why an expression has no value.

use smol_str::SmolStr;

use crate::syntax::ast::Span;

/// Why an expression has no value, and where in its source.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{kind}")]
pub struct EvaluationError {
    /// Why.
    #[source]
    pub kind: Failure,
    /// The part of the expression that failed.
    pub span: Span,
}

/// What went wrong in an evaluation. The words are those of the reference engine where it has some.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// A whole number was divided by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// A remainder by zero was asked for.
    #[error("modulus by zero")]
    ModulusByZero,
    /// A result does not fit its type.
    #[error("{0} overflow")]
    Overflow(&'static str),
    /// A function, or an operator, has no meaning for values of these types.
    #[error("no such overload")]
    NoSuchOverload,
    /// A map has no entry of this key, or a message no such field.
    #[error("no such key: {0}")]
    NoSuchKey(SmolStr),
    /// A list has no item at this index.
    #[error("index out of bounds: {0}")]
    IndexOutOfBounds(i64),
    /// No value is bound to this name.
    #[error("no such attribute(s): {0}")]
    NoSuchAttribute(SmolStr),
    /// A value of this type makes no key of a map.
    #[error("unsupported key type: {0}")]
    KeyType(SmolStr),
    /// A key stands in a map twice.
    #[error("insert failed: key {0} already exists")]
    KeyExists(SmolStr),
    /// A value has no form in another type.
    #[error("type conversion error from '{from}' to '{to}'")]
    Conversion {
        /// The type of the value.
        from: SmolStr,
        /// The type that was wanted.
        to: &'static str,
    },
    /// A function does not take this argument.
    #[error("{0}")]
    Argument(String),
    /// The value of an optional that has none was asked for.
    #[error("optional.none() dereference")]
    NoValue,
    /// A fact that the expression asks for is not known.
    #[error("unknown fact: {0}")]
    UnknownFact(String),
    /// The evaluation cost more than it may.
    #[error("operation cancelled: actual cost limit exceeded")]
    CostLimit,
    /// The evaluation took more steps than it may.
    #[error("operation cancelled: it takes too many steps")]
    WorkLimit,
    /// The evaluation made more bytes of values than it may.
    #[error("operation cancelled: it needs too much memory")]
    MemoryLimit,
}

impl Failure {
    /// Whether a budget is used up, so that the evaluation ends whatever else would decide it.
    pub fn is_limit(&self) -> bool {
        matches!(self, Self::CostLimit | Self::WorkLimit | Self::MemoryLimit)
    }

    pub(crate) fn argument(text: impl Into<String>) -> Self {
        Self::Argument(text.into())
    }
}
