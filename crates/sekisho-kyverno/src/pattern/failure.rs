//! How matching ends, where it does not end well.

use std::fmt;

use crate::budget::BudgetError;

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

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
