//! What a built-in function is.

use std::fmt;

use super::call::Call;
use super::error::BuiltinError;
use super::types::Type;
use crate::value::Value;

/// Functions that belong together.
pub(super) type Family = &'static [Builtin];

/// What a function does.
pub type Body = fn(&mut Call<'_>, &[Value]) -> Result<Value, BuiltinError>;

/// A built-in function.
#[derive(Clone, Copy)]
pub struct Builtin {
    /// Its name, such as `json.marshal`.
    pub name: &'static str,
    /// The types of its operands.
    pub arguments: &'static [Type],
    /// The type of its value.
    pub result: Type,
    /// Whether it gives many values: then it is `walk`, and its value is the array of them.
    pub relation: bool,
    /// Whether it may give another value for the same operands in another evaluation.
    pub nondeterministic: bool,
    /// What it does. The number of operands is that of its types.
    pub call: Body,
}

impl Builtin {
    pub(super) const fn new(
        name: &'static str,
        arguments: &'static [Type],
        result: Type,
        call: Body,
    ) -> Self {
        Self { name, arguments, result, relation: false, nondeterministic: false, call }
    }

    pub(super) const fn nondeterministic(self) -> Self {
        Self { nondeterministic: true, ..self }
    }

    pub(super) const fn relation(self) -> Self {
        Self { relation: true, ..self }
    }
}

impl fmt::Debug for Builtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builtin").field("name", &self.name).finish_non_exhaustive()
    }
}
