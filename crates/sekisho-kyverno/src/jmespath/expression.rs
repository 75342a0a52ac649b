//! Texts to expressions, and expressions to values.

use std::sync::Arc;

use super::error::JmespathError;
use super::evaluate::evaluate;
use super::parser::parse;
use super::surroundings::Surroundings;
use super::tree::Expression;
use crate::value::Value;

impl Expression {
    /// Reads an expression.
    pub fn compile(text: &str) -> Result<Self, JmespathError> {
        Ok(Self { tree: parse(text)? })
    }

    /// The value of the expression over some data. It is as large as the account allows, also where the
    /// same part stands in it many times.
    pub fn search(&self, data: &Value, around: &Surroundings<'_>) -> Result<Value, JmespathError> {
        let found = evaluate(&self.tree, data, around)?;
        around.meter.weigh(&found)?;
        Ok(found)
    }

    /// The compiled form of a text, which evaluations that share expressions compile once.
    pub(crate) fn shared(text: &str, around: &Surroundings<'_>) -> Result<Arc<Self>, JmespathError> {
        if let Some(known) = around.expressions.and_then(|expressions| expressions.get(text)) {
            return Ok(known);
        }
        around.meter.work(text.len())?;
        let compiled = Arc::new(Self::compile(text)?);
        if let Some(expressions) = around.expressions {
            expressions.keep(text, &compiled);
        }
        Ok(compiled)
    }
}
