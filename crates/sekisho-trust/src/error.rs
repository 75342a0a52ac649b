//! Why a condition cannot be had, or is not met.

/// Why there is no condition, or why it is not met.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConditionError {
    /// It is no CEL.
    #[error("`{text}` is no condition: {message}")]
    Syntax {
        /// The text.
        text: String,
        /// What is wrong.
        message: String,
    },
    /// It does not hold.
    #[error("the claim does not meet `{0}`")]
    NotMet(String),
    /// It has no value.
    #[error("the claim does not meet `{text}`: {message}")]
    Failed {
        /// The text.
        text: String,
        /// Why.
        message: String,
    },
    /// It is no truth value.
    #[error("`{0}` gives neither true nor false")]
    NoTruth(String),
    /// The claim cannot be looked at.
    #[error("the claim is too large or too deep to be looked at")]
    Claim,
}
