//! JMESPath as Kyverno has it: the language of its own branch of go-jmespath, and its functions.
//!
//! It differs from the specification where Kyverno does: a key that is not there is an error of its own
//! ([`JmespathError::NotFound`]) until an operator takes it for null, whole numbers of resources are no
//! `number`, and a comma may be missing between arguments.

mod error;
mod evaluate;
mod expression;
mod expressions;
mod functions;
mod parser;
mod surroundings;
pub(crate) mod token;
mod tree;

pub use error::JmespathError;
pub use expressions::Expressions;
pub use surroundings::Surroundings;
pub use tree::Expression;
