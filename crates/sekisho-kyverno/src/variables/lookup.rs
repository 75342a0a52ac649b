//! Who knows what variables stand for.

use smol_str::SmolStr;

use super::error::VariableError;
use crate::budget::Meter;
use crate::value::Value;

/// Gives variables their values.
pub trait Variables {
    /// The account that every step is put on.
    fn meter(&self) -> &Meter;

    /// The operation of the request, where it is known.
    fn operation(&self) -> Option<SmolStr>;

    /// The value of an expression over the variables.
    ///
    /// # Errors
    /// Where it has none, or a limit was passed.
    fn query(&self, expression: &str) -> Result<Value, VariableError>;
}
