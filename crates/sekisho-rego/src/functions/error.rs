//! How a function can fail, with OPA's messages.

use super::meter::MeterError;
use crate::value::{JsonError, NumberError, Value};

/// Why a function gives no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuiltinError {
    /// It has none for these operands, without that being an error.
    #[error("undefined")]
    Undefined,
    /// An operand is not what it must be. OPA's code for it is `eval_type_error`.
    #[error("{0}")]
    Operand(String),
    /// It failed. OPA's code for it is `eval_builtin_error`.
    #[error("{0}")]
    Failed(String),
    /// It failed in a way that ends the evaluation, with the code that OPA has for it.
    #[error("{message}")]
    Halt {
        /// OPA's code.
        code: &'static str,
        /// What went wrong.
        message: String,
    },
    /// The budget is spent.
    #[error(transparent)]
    Meter(#[from] MeterError),
}

impl BuiltinError {
    /// A failure with its message.
    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self::Failed(message.into())
    }

    /// The operand at a place, counted from 1, with what is wrong with it.
    pub(super) fn operand(place: usize, problem: impl AsRef<str>) -> Self {
        Self::Operand(format!("operand {place} {}", problem.as_ref()))
    }

    /// The operand at a place is of another type.
    pub(super) fn operand_type(place: usize, got: &Value, expected: &[&str]) -> Self {
        let got = got.type_name();
        Self::operand(
            place,
            match expected {
                [one] => format!("must be {one} but got {got}"),
                several => format!("must be one of {{{}}} but got {got}", several.join(", ")),
            },
        )
    }

    /// The collection at a place holds something of another type.
    pub(super) fn operand_element(place: usize, whole: &Value, got: &Value, expected: &[&str]) -> Self {
        let (kind, got) = (whole.type_name(), got.type_name());
        Self::operand(
            place,
            match expected {
                [one] => format!("must be {kind} of {one}s but got {kind} containing {got}"),
                several => format!(
                    "must be {kind} of (any of) {{{}}} but got {kind} containing {got}",
                    several.join(", ")
                ),
            },
        )
    }

    /// The operand at a place has none of the values that it may have.
    pub(super) fn operand_value(place: usize, expected: &[&str]) -> Self {
        Self::operand(
            place,
            match expected {
                [one] => format!("must be {one}"),
                several => format!("must be one of {{{}}}", several.join(", ")),
            },
        )
    }
}

impl From<NumberError> for BuiltinError {
    fn from(error: NumberError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<JsonError> for BuiltinError {
    fn from(error: JsonError) -> Self {
        Self::Failed(error.to_string())
    }
}
