//! Match conditions: whether a policy's own conditions let it look at a request.

use sekisho_cel::Value;

use super::definition::Definition;
use super::scope::{Access, CONDITIONS_COST, Subject};

/// Whether the conditions of a policy are met.
pub(super) enum Met {
    Yes,
    No,
    /// Why it cannot be told, for policies that do not ignore that.
    Unknown(String),
}

/// Whether the conditions of a policy are met. One that is false decides, whatever goes wrong with others.
pub(super) fn conditions(definition: &Definition, subject: &Subject<'_>) -> Met {
    if definition.conditions.is_empty() {
        return Met::Yes;
    }
    let unknown = |why: String| if definition.ignores_failures { Met::No } else { Met::Unknown(why) };
    let round = subject.round(&[], Access::WithoutNamespace);
    let mut left = CONDITIONS_COST;
    let mut results = Vec::with_capacity(definition.conditions.len());
    for condition in &definition.conditions {
        match round.evaluate(condition, &mut left) {
            Ok(result) => results.push(result),
            Err(end) => return unknown(end.to_string()),
        }
    }
    let mut errors: Vec<String> = Vec::new();
    for result in results {
        match result {
            Ok(Value::Bool(false)) => return Met::No,
            Ok(_) => {}
            Err(why) if errors.contains(&why) => {}
            Err(why) => errors.push(why),
        }
    }
    match errors.as_slice() {
        [] => Met::Yes,
        [only] => unknown(only.clone()),
        several => unknown(format!("[{}]", several.join(", "))),
    }
}
