//! Steps to values.
//!
//! Calls, loops and the bodies in bodies need no recursion here: everything that waits lies in lists on the heap,
//! and every step is taken from the budget.

mod calls;
mod comparing;
mod error;
mod keeping;
mod machine;
mod making;
mod surroundings;

pub use error::{EvaluationError, Limit};
pub(crate) use keeping::Results;
pub(crate) use machine::{Aim, Machine, Setting};
