//! OpenTelemetry: its protocol in JSON over HTTP.

mod logs;
mod traces;

use serde_json::{Value, json};

pub(crate) use self::logs::{BATCH, OpenTelemetry};
pub use self::traces::{Attribute, Span, SpanEvent, SpanKind, Traces, is_collector};

/// The path of a collector for one kind of signal; an address that names it already stays as it is.
fn place(address: &str, path: &str) -> String {
    let address = address.trim_end_matches('/');
    if address.ends_with(path) { address.to_owned() } else { format!("{address}{path}") }
}

/// An attribute that is a text.
fn text(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

/// An attribute that is a whole number, which is written as a string, so that no reader loses digits.
fn number(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"intValue": value}})
}

/// An attribute that is true or false.
fn truth(key: &str, value: bool) -> Value {
    json!({"key": key, "value": {"boolValue": value}})
}
