//! Rule files and events in, results and matches out.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod condition;
mod hostile;
mod lint;
mod load;
mod matching;
mod operators;
mod output;

use std::cell::Cell;
use std::collections::HashMap;

use sekisho_capture::EventType;
use sekisho_falco::{
    Catalog, Evaluator, Event, Field, FileResult, LoadBudget, Loader, Matching, RuleSet, Value,
};

/// An event whose fields are written down. A value of several texts is a list.
#[derive(Default)]
struct Written {
    kind: Option<EventType>,
    source: &'static str,
    fields: HashMap<String, Vec<Value<'static>>>,
    asked: Cell<u32>,
}

impl Written {
    fn of(constant: &str) -> Self {
        let kind = EventType::named(constant).unwrap();
        let event = Self { kind: Some(kind), source: "syscall", ..Self::default() };
        event.with("evt.type", text(kind.info().name))
    }

    fn audit() -> Self {
        Self { source: "k8s_audit", ..Self::default() }
    }

    fn with(self, field: &str, value: Value<'static>) -> Self {
        self.with_all(field, vec![value])
    }

    fn with_all(mut self, field: &str, values: Vec<Value<'static>>) -> Self {
        self.fields.insert(field.to_owned(), values);
        self
    }
}

impl Event for Written {
    fn source(&self) -> &str {
        self.source
    }

    fn event_type(&self) -> Option<EventType> {
        self.kind
    }

    fn extract<'e>(&'e self, field: &Field, values: &mut Vec<Value<'e>>) -> bool {
        self.asked.set(self.asked.get() + 1);
        let name = match &field.argument {
            Some(argument) => format!("{}[{}]", field.info.name, String::from_utf8_lossy(argument)),
            None => field.info.name.clone(),
        };
        match self.fields.get(&name) {
            Some(known) => {
                values.extend(known.iter().cloned());
                true
            }
            None => false,
        }
    }
}

fn text(text: &str) -> Value<'static> {
    Value::Text(text.as_bytes().to_vec().into())
}

fn load(text: &str) -> (FileResult, Option<RuleSet>) {
    Loader::new(Catalog::standard(), LoadBudget::default()).load(text)
}

fn rules(text: &str) -> RuleSet {
    let (result, rules) = load(text);
    rules.unwrap_or_else(|| panic!("{:?}", result.messages()))
}

/// A rule file with one rule of this condition.
fn rule(condition: &str) -> String {
    let quoted = condition.replace('\'', "''");
    format!("- rule: r\n  desc: d\n  condition: '{quoted}'\n  output: o\n  priority: INFO\n")
}

/// Whether a condition holds for an event.
fn holds(condition: &str, event: &Written) -> bool {
    let rules = rules(&rule(condition).replace("INFO\n", &format!("INFO\n  source: {}\n", event.source)));
    !rules.matches(&mut Evaluator::new(), event, Matching::All).is_empty()
}

/// The codes of the messages, in order.
fn codes(text: &str) -> Vec<&'static str> {
    load(text).0.messages().iter().map(|message| message.code.name()).collect()
}
