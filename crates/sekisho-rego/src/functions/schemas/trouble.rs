//! Why there is no schema.

use super::super::error::BuiltinError;
use super::super::meter::MeterError;

/// Why there is no schema.
pub(super) enum Trouble {
    Mistake(String),
    Stopped(BuiltinError),
}

impl From<BuiltinError> for Trouble {
    fn from(error: BuiltinError) -> Self {
        Self::Stopped(error)
    }
}

impl From<MeterError> for Trouble {
    fn from(error: MeterError) -> Self {
        Self::Stopped(error.into())
    }
}

impl From<Trouble> for BuiltinError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Mistake(message) => Self::Failed(message),
            Trouble::Stopped(error) => error,
        }
    }
}

pub(super) fn mistake<T>(message: impl Into<String>) -> Result<T, Trouble> {
    Err(Trouble::Mistake(message.into()))
}
