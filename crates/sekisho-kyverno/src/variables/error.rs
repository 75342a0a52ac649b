//! Why a variable has no value.

use crate::budget::BudgetError;

/// Why a variable or a reference could not be replaced. The texts are Kyverno's, since results quote them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VariableError {
    /// It has no value.
    #[error("{0}")]
    Failed(String),
    /// A limit was passed.
    #[error(transparent)]
    Budget(#[from] BudgetError),
}

impl VariableError {
    /// An error with this text.
    pub fn failed(text: impl Into<String>) -> Self {
        Self::Failed(text.into())
    }

    /// The same error, said to have happened within something. A passed limit stays what it is.
    #[must_use]
    pub fn within(self, what: &str) -> Self {
        match self {
            Self::Failed(text) => Self::Failed(format!("{what}: {text}")),
            Self::Budget(limit) => Self::Budget(limit),
        }
    }
}
