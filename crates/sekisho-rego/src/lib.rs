//! Rego: modules to a compiled program; input, data and facts to a result.
//!
//! Versions 0 and 1 of the language with the semantics of the Open Policy Agent. Everything is bounded by a
//! budget, and nothing is read, printed or asked from outside.

mod error;
pub mod functions;
mod span;
mod syntax;
pub mod value;

pub use error::{ErrorCode, RegoError};
pub use span::{Location, Span};
pub use syntax::ast;
