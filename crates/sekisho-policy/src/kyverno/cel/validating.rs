//! `ValidatingPolicy`: what its validations say.

use sekisho_cel::{Type, Value};
use sekisho_kyverno::rule::{RuleKind, RuleResult, Status};
use smol_str::SmolStr;

use super::evaluation::Evaluation;
use super::exception::{self, said};
use super::expression::{Compiler, Expression};
use super::gate::{Annotations, Gate};
use crate::admission::{At, Reader};

/// A validation of a policy.
#[derive(Debug)]
pub(super) struct Validation {
    expression: Expression,
    message: SmolStr,
    message_expression: Option<Expression>,
}

/// The validations of a spec.
pub(super) fn read(reader: &mut Reader<'_>, at: &At<'_>, compiler: &Compiler) -> Vec<Validation> {
    let mut read = Vec::new();
    for item in reader.items(&at.get("validations")) {
        reader.mapping(&item);
        let expression = compiler.compile(reader, &item.get("expression"), &[Type::Bool]);
        let field = item.get("messageExpression");
        let message_expression = match reader.text(&field).as_str() {
            "" => None,
            _ => compiler.compile(reader, &field, &[Type::String]),
        };
        let message = reader.text(&item.get("message"));
        read.extend(expression.map(|expression| Validation { expression, message, message_expression }));
    }
    read
}

/// What the policy says of a request that it matches. `ignores` says that conditions which fail let it go.
pub(super) fn judge(
    gate: &Gate,
    validations: &[Validation],
    evaluation: &Evaluation<'_>,
    ignores: bool,
) -> (RuleResult, Annotations) {
    let kind = RuleKind::Validation;
    let failed = |why: String| {
        (said("evaluation", kind, Status::Error, format!("failed to load context: {why}")), Vec::new())
    };
    let hold = |conditions: &[Expression]| match evaluation.all_hold(conditions) {
        Err(_) if ignores => Ok(false),
        other => other,
    };
    match exception::exempt(&gate.exceptions, evaluation) {
        Ok(matched) if matched.is_empty() => {}
        Ok(matched) => return (exception::result(&matched, kind), Vec::new()),
        Err(_) if ignores => {}
        Err(why) => return failed(why),
    }
    match hold(&gate.conditions) {
        Ok(true) => {}
        Ok(false) => return (said("", kind, Status::Skip, "skip"), Vec::new()),
        Err(why) => return failed(why),
    }
    let error = |why: String| (said("", kind, Status::Error, format!("error: {why}")), Vec::new());
    for (place, validation) in validations.iter().enumerate() {
        match evaluation.holds(&validation.expression) {
            Ok(true) => {}
            Ok(false) => {
                let message = validation.message(place, evaluation);
                return match gate.published(evaluation) {
                    Ok(annotations) => (said("", kind, Status::Fail, message), annotations),
                    Err(why) => error(why),
                };
            }
            Err(why) => return error(why),
        }
    }
    match gate.published(evaluation) {
        Ok(annotations) => (said("", kind, Status::Pass, "success"), annotations),
        Err(why) => failed(why),
    }
}

impl Validation {
    /// Why the validation does not hold.
    fn message(&self, place: usize, evaluation: &Evaluation<'_>) -> String {
        let message = match &self.message_expression {
            None => self.message.to_string(),
            Some(expression) => match evaluation.evaluate(expression) {
                Ok(Value::String(text)) => text.to_string(),
                Ok(other) => format!(
                    "failed to convert message expression to string: type conversion error from '{}' to 'string'",
                    other.type_name()
                ),
                Err(why) => format!("failed to evaluate message expression: {why}"),
            },
        };
        if message.is_empty() {
            format!("CEL expression validation failed at index {place}")
        } else {
            message
        }
    }
}
