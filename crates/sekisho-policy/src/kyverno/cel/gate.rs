//! What stands before the work of a policy, and what is published behind it: exceptions, conditions and audit
//! annotations.

use sekisho_cel::{Type, Value};
use smol_str::SmolStr;

use super::evaluation::Evaluation;
use super::exception;
use super::expression::{Compiler, Expression};
use crate::admission::{At, Reader};

/// What lets requests by, lets them in, and says more of them.
#[derive(Debug)]
pub(super) struct Gate {
    pub(super) exceptions: Vec<exception::Compiled>,
    pub(super) conditions: Vec<Expression>,
    pub(super) annotations: Vec<(SmolStr, Expression)>,
}

/// Audit annotations with their values.
pub(super) type Annotations = Vec<(SmolStr, String)>;

impl Gate {
    /// The audit annotations with their values; empty ones are left out.
    pub(super) fn published(&self, evaluation: &Evaluation<'_>) -> Result<Annotations, String> {
        let mut published = Vec::new();
        for (key, expression) in &self.annotations {
            match evaluation.evaluate(expression) {
                Ok(Value::String(text)) if text.is_empty() => {}
                Ok(Value::String(text)) => published.push((key.clone(), text.to_string())),
                Ok(other) => {
                    return Err(format!(
                        "failed to convert auditAnnotation '{key}' expression: type conversion error from '{}' to \
                         'string'",
                        other.type_name()
                    ));
                }
                Err(why) => return Err(format!("failed to evaluate auditAnnotation '{key}': {why}")),
            }
        }
        Ok(published)
    }
}

/// Reads the audit annotations of a spec.
pub(super) fn annotations(
    reader: &mut Reader<'_>,
    at: &At<'_>,
    compiler: &Compiler,
) -> Vec<(SmolStr, Expression)> {
    let mut read = Vec::new();
    for item in reader.items(&at.get("auditAnnotations")) {
        let key = reader.needed_text(&item.get("key"));
        let wanted = [Type::String, Type::Null];
        read.extend(compiler.compile(reader, &item.get("valueExpression"), &wanted).map(|made| (key, made)));
    }
    read
}
