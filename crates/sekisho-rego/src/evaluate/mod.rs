//! Steps to values.
//!
//! Calls, loops and the bodies in bodies need no recursion here: everything that waits lies in lists on the heap,
//! and every step is taken from the budget.

mod calls;
mod comparing;
mod error;
mod frame;
mod known_calls;
mod machine;
mod making;
mod memory;
mod results;
mod surroundings;

pub use self::error::{EvaluationError, Limit};
pub(crate) use self::frame::Aim;
pub(crate) use self::machine::{Machine, Setting};
pub use self::memory::Memory;
