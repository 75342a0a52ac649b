//! Rego: modules to a compiled program; input, data and facts to a result.
//!
//! Versions 0 and 1 of the language with the semantics of the Open Policy Agent. Everything is bounded by a
//! budget, and nothing is read, printed or asked from outside.

pub mod functions;
mod syntax;
pub mod value;
