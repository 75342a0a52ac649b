//! Lines and bodies in, events and the values of fields out.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod default_rules;
mod events;
mod fields;
mod hostile;
mod lines;
mod rules;
mod wrapped;

use sekisho_audit::{AuditError, AuditEvent, Budget, Parser};
use sekisho_falco::{Evaluator, LoadBudget, Loader, Matching, RuleSet};
use serde_json::{Value, json};

/// An event with these members beside those that every event has.
fn event(members: Value) -> Value {
    let mut event = json!({
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "RequestResponse",
        "auditID": "0001",
        "stage": "ResponseComplete",
        "stageTimestamp": "2026-01-02T03:04:05.000006Z",
    });
    for (key, value) in members.as_object().unwrap() {
        event[key] = value.clone();
    }
    event
}

/// What is made of each event of a text.
fn read<T>(
    text: &str,
    mut each: impl FnMut(AuditEvent<'_>) -> T,
) -> Result<Vec<Result<T, AuditError>>, AuditError> {
    let mut parser = Parser::new(Budget::default());
    let parsed = parser.parse(text.as_bytes())?;
    let mut all = Vec::new();
    parsed.events(&mut |event| all.push(event.map(&mut each)));
    Ok(all)
}

fn rules(text: &str) -> RuleSet {
    let (result, rules) = Loader::new(sekisho_audit::catalog(), LoadBudget::default()).load(text);
    rules.unwrap_or_else(|| panic!("{:?}", result.messages()))
}

/// What an output says of an event.
fn output(output: &str, event: &Value) -> String {
    let quoted = output.replace('\'', "''");
    let rules = rules(&format!(
        "- {{rule: r, desc: d, condition: evt.num >= 0, output: '{quoted}', priority: INFO, source: k8s_audit}}\n"
    ));
    let found = read(&event.to_string(), |event| {
        rules.matches(&mut Evaluator::new(), &event, Matching::First)[0].output.clone()
    });
    found.unwrap().remove(0).unwrap()
}

/// Whether a condition holds for an event.
fn holds(condition: &str, event: &Value) -> bool {
    let quoted = condition.replace('\'', "''");
    let rules = rules(&format!(
        "- {{rule: r, desc: d, condition: '{quoted}', output: o, priority: INFO, source: k8s_audit}}\n"
    ));
    let found = read(&event.to_string(), |event| {
        !rules.matches(&mut Evaluator::new(), &event, Matching::First).is_empty()
    });
    found.unwrap().remove(0).unwrap()
}
