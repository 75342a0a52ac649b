//! Alerts: what a rule found in an event, as Falco writes it.

use sekisho_falco::{Form, Match, MatchField, Priority};
use serde_json::{Map, Value};

use crate::field::time;

/// What a rule found in an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// The rule's name.
    pub rule: String,
    /// How grave it is.
    pub priority: Priority,
    /// Where the event came from.
    pub source: String,
    /// The rule's tags, in order.
    pub tags: Vec<String>,
    /// When the event was, in nanoseconds since 1970.
    pub time: u64,
    /// What the rule says of it.
    pub output: String,
    /// The values that the output names.
    pub fields: Vec<AlertField>,
    /// The host that it is of.
    pub host: String,
    /// What it happened in.
    pub subject: Subject,
    /// The workload that it happened in, or that its request was about: `Deployment shop/web`. Empty until who knows the
    /// cluster says it.
    pub workload: String,
    /// How many like it were left out since the last that was told.
    pub repeated: u64,
}

/// A value that an output names.
pub type AlertField = MatchField;

/// What something happened in; empty where that is not known.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Subject {
    /// The short identifier of the container.
    pub container: String,
    /// The name of the container.
    pub container_name: String,
    /// The image of the container.
    pub image: String,
    /// The namespace of the Pod.
    pub namespace: String,
    /// The Pod.
    pub pod: String,
    /// The API group of the object that a request was about.
    pub group: String,
    /// The resource that a request was about, in the plural.
    pub resource: String,
    /// The name of the object that a request was about.
    pub name: String,
    /// Who asked for it.
    pub user: String,
}

/// A moment in UTC as `2006-01-02T15:04:05.000000000Z`.
pub fn iso_time(nanoseconds: u64) -> String {
    time::iso(nanoseconds, "Z")
}

impl Alert {
    /// What a rule found in an event of this time.
    pub fn new(found: Match<'_>, time: u64, host: &str, subject: Subject) -> Self {
        Self {
            rule: found.rule.name.clone(),
            priority: found.rule.priority,
            source: found.rule.source.clone(),
            tags: found.rule.tags.iter().cloned().collect(),
            time,
            output: found.output,
            fields: found.fields,
            host: host.to_owned(),
            subject,
            workload: String::new(),
            repeated: 0,
        }
    }

    /// The line that Falco writes: time, priority, output.
    pub fn line(&self, iso: bool) -> String {
        let time = if iso { time::iso(self.time, "+0000") } else { time::clock(self.time, true) };
        let mut line = format!("{time}: {} {}", self.priority.name(), self.output);
        if !self.workload.is_empty() {
            line.push_str(" of ");
            line.push_str(&self.workload);
        }
        match self.repeated {
            0 => line,
            repeated => format!("{line} (and {repeated} more like it)"),
        }
    }

    /// The object that Falco writes as JSON.
    pub fn json(&self, iso: bool) -> Value {
        let mut fields = Map::new();
        let time = if iso { "evt.time.iso8601" } else { "evt.time" };
        fields.insert(time.to_owned(), Value::from(self.time));
        for field in &self.fields {
            fields.insert(field.name.clone(), value(field));
        }
        let mut object = Map::new();
        let mut set = |key: &str, value: Value| drop(object.insert(key.to_owned(), value));
        set("hostname", self.host.as_str().into());
        set("output", Self { repeated: 0, workload: String::new(), ..self.clone() }.line(iso).into());
        set("output_fields", fields.into());
        set("priority", self.priority.name().into());
        set("rule", self.rule.as_str().into());
        set("source", self.source.as_str().into());
        set("tags", self.tags.clone().into());
        set("time", iso_time(self.time).into());
        if !self.workload.is_empty() {
            set("workload", self.workload.as_str().into());
        }
        if self.repeated > 0 {
            set("repeated", self.repeated.into());
        }
        Value::Object(object)
    }
}

/// A value as JSON has it.
fn value(field: &MatchField) -> Value {
    let Some(text) = &field.value else { return Value::Null };
    let parsed = match field.form {
        Form::Text => None,
        Form::Number => serde_json::from_str::<serde_json::Number>(text).ok().map(Value::Number),
        Form::Boolean => text.parse::<bool>().ok().map(Value::Bool),
    };
    parsed.unwrap_or_else(|| text.as_str().into())
}
