//! Values as literals of CEL.

use serde_json::Value;

/// A value as a literal of CEL, every part of which may be of any type.
pub(super) fn literal(value: &Value) -> String {
    let text = match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(literal).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(map) => {
            let entries: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), literal(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        // A text of JSON is one of CEL.
        plain => plain.to_string(),
    };
    format!("dyn({text})")
}
