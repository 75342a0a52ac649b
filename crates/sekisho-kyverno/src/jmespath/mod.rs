//! JMESPath as Kyverno has it: the language of its own branch of go-jmespath, and its functions.
//!
//! It differs from the specification where Kyverno does: a key that is not there is an error of its own
//! ([`JmespathError::NotFound`]) until an operator takes it for null, whole numbers of resources are no
//! `number`, and a comma may be missing between arguments.

mod error;
mod evaluate;
mod expressions;
mod functions;
mod parser;
mod surroundings;
pub(crate) mod token;
mod tree;

use crate::Value;

pub use error::JmespathError;
pub use expressions::Expressions;
pub use surroundings::Surroundings;

/// A compiled expression.
#[derive(Debug, Clone)]
pub struct Expression {
    tree: tree::Node,
}

impl Expression {
    /// Reads an expression.
    pub fn compile(text: &str) -> Result<Self, JmespathError> {
        Ok(Self { tree: parser::parse(text)? })
    }

    /// The value of the expression over some data. It is as large as the account allows, also where the
    /// same part stands in it many times.
    pub fn search(&self, data: &Value, around: &Surroundings<'_>) -> Result<Value, JmespathError> {
        let found = evaluate::evaluate(&self.tree, data, around)?;
        around.meter.weigh(&found)?;
        Ok(found)
    }
}
