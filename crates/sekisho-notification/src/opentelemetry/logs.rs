//! A collector of OpenTelemetry logs.

use std::sync::Arc;
use std::time::Duration;

use sekisho_falco::{Form, Priority};
use sekisho_runtime::{Alert, AlertField};
use serde_json::{Value, json};

use super::{number, place, text, truth};
use crate::agent::Sender;
use crate::error::NotificationError;
use crate::message::Message;

/// Records that are sent together.
pub(crate) const BATCH: usize = 100;
/// Where a collector takes logs.
const PATH: &str = "/v1/logs";

/// A collector of logs.
#[derive(Debug)]
pub(crate) struct OpenTelemetry {
    sender: Sender,
}

impl OpenTelemetry {
    pub(crate) fn new(address: &str, patience: Duration) -> Self {
        Self { sender: Sender::new(&place(address, PATH), patience) }
    }

    pub(crate) fn tell(&self, messages: &[Arc<Message>]) -> Result<(), NotificationError> {
        let hosts = messages.chunk_by(|one, next| one.alert.host == next.alert.host);
        let resources: Vec<Value> = hosts.map(resource).collect();
        self.sender.post_once(&json!({"resourceLogs": resources}).to_string())
    }
}

/// The alerts of one host.
fn resource(messages: &[Arc<Message>]) -> Value {
    let host = messages.first().map_or("", |message| &message.alert.host);
    let records: Vec<Value> = messages.iter().map(|message| record(&message.alert)).collect();
    json!({
        "resource": {"attributes": [text("service.name", "sekisho"), text("host.name", host)]},
        "scopeLogs": [{"scope": {"name": "sekisho.watch"}, "logRecords": records}],
    })
}

fn attribute(field: &AlertField) -> Option<Value> {
    let value = field.value.as_deref()?;
    Some(match field.form {
        Form::Number if value.parse::<i64>().is_ok() => number(&field.name, value),
        Form::Boolean => truth(&field.name, value == "true"),
        _ => text(&field.name, value),
    })
}

fn record(alert: &Alert) -> Value {
    let subject = &alert.subject;
    let named = [
        ("rule", alert.rule.as_str()),
        ("source", &alert.source),
        ("container.id", &subject.container),
        ("container.name", &subject.container_name),
        ("container.image.name", &subject.image),
        ("k8s.namespace.name", &subject.namespace),
        ("k8s.pod.name", &subject.pod),
    ];
    let mut attributes: Vec<Value> =
        named.iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| text(key, value)).collect();
    let tags: Vec<Value> = alert.tags.iter().map(|tag| json!({"stringValue": tag})).collect();
    attributes.push(json!({"key": "tags", "value": {"arrayValue": {"values": tags}}}));
    let known = named.map(|(key, _)| key);
    let own = alert.fields.iter().filter(|field| !known.contains(&field.name.as_str()));
    attributes.extend(own.filter_map(attribute));
    json!({
        "timeUnixNano": alert.time.to_string(),
        "severityNumber": severity(alert.priority),
        "severityText": alert.priority.name(),
        "body": {"stringValue": alert.output},
        "attributes": attributes,
    })
}

/// The number of a severity, by the mapping that OpenTelemetry has for syslog.
fn severity(priority: Priority) -> u8 {
    match priority {
        Priority::Emergency => 21,
        Priority::Alert => 19,
        Priority::Critical => 18,
        Priority::Error => 17,
        Priority::Warning => 13,
        Priority::Notice => 10,
        Priority::Informational => 9,
        Priority::Debug => 5,
    }
}
