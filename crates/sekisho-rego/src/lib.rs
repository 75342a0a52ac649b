//! Rego: modules to a compiled program; input, data and facts to a result.
//!
//! Versions 0 and 1 of the language with the semantics of the Open Policy Agent. Everything is bounded by a
//! budget, and nothing is read, printed or asked from outside.

mod compile;
mod engine;
mod error;
mod evaluate;
pub mod functions;
mod plan;
mod span;
mod syntax;
mod types;
pub mod value;

pub use engine::{
    Answer, Answers, Budget, Compiled, Document, HostAnswers, HostCall, HostFunction, Options, Outcome,
    Printed, Query, Request, Source, compile, parse,
};
pub use error::{ErrorCode, RegoError};
pub use evaluate::{EvaluationError, Limit};
pub use span::{Location, Span};
pub use syntax::ast;
