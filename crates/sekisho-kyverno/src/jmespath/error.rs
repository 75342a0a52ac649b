//! What can go wrong with an expression.

use smol_str::SmolStr;

use crate::budget::BudgetError;

/// Why an expression has no value. The texts are Kyverno's, since policies' results quote them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JmespathError {
    /// The text is no expression.
    #[error("SyntaxError: {0}")]
    Syntax(String),
    /// A literal, an index or an identifier in it cannot be read.
    #[error("{0}")]
    Literal(String),
    /// A map has no such key. Most operators take this for null.
    #[error("Unknown key \"{0}\" in path")]
    NotFound(SmolStr),
    /// A function or an operator refuses its arguments.
    #[error("{0}")]
    Refused(String),
    /// A limit was passed.
    #[error(transparent)]
    Budget(#[from] BudgetError),
}

impl JmespathError {
    pub(crate) fn refused(text: impl Into<String>) -> Self {
        Self::Refused(text.into())
    }
}
