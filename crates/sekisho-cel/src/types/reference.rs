//! What names and calls of a checked expression stand for.

use std::sync::Arc;

use smol_str::SmolStr;

use super::declaration::{Function, Overload};
use crate::value::Value;

/// What a name or a call stands for.
#[derive(Debug, Clone)]
pub(crate) enum Reference {
    /// A variable of the environment, by its full name.
    Variable(SmolStr),
    /// A variable of a comprehension.
    Local,
    Constant(Value),
    /// A function, the overloads that fit, and whether the target is a part of its name.
    Function {
        function: Arc<Function>,
        overloads: Vec<Arc<Overload>>,
        qualified: bool,
    },
}
