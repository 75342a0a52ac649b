//! Why an evaluation gives no result.

use crate::error::{ErrorCode, RegoError};
use crate::functions::MeterError;
use crate::span::Location;

/// Why an evaluation ended without a result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// The rules themselves are at fault; the error is OPA's.
    #[error(transparent)]
    Rego(#[from] RegoError),
    /// A limit of the budget is reached.
    #[error("{location}: {limit}")]
    Limit {
        /// Which limit.
        limit: Limit,
        /// Where the evaluation was.
        location: Location,
    },
}

/// The limits of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Limit {
    /// The steps of an evaluation.
    #[error(
        "the evaluation takes more steps than its budget allows; simplify the policy, or raise the limit"
    )]
    Steps,
    /// The memory of an evaluation.
    #[error(
        "the evaluation takes more memory than its budget allows; simplify the policy, or raise the limit"
    )]
    Memory,
    /// How deep rules may call each other.
    #[error(
        "rules call each other more deeply than the budget allows; flatten the policy, or raise the limit"
    )]
    Depth,
    /// The caller ended the evaluation.
    #[error("the evaluation was ended by its caller")]
    Cancelled,
}

impl From<MeterError> for Limit {
    fn from(error: MeterError) -> Self {
        match error {
            MeterError::Work => Self::Steps,
            MeterError::Bytes => Self::Memory,
        }
    }
}

/// What ends a run before its time.
#[derive(Debug)]
pub(super) enum Stop {
    Fault(ErrorCode, String),
    Limit(Limit),
}

impl From<MeterError> for Stop {
    fn from(error: MeterError) -> Self {
        Self::Limit(error.into())
    }
}
