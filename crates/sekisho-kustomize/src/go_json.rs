//! JSON text as Go writes it.

use std::collections::BTreeMap;

use serde_json::Value;

/// A value as text: keys in order, `<`, `>` and `&` escaped; with `spread`, over several lines.
pub(crate) fn text(value: Value, spread: bool) -> Option<String> {
    let value = sorted(value);
    let text = if spread { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
    let text = text.ok()?;
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            other => out.push(other),
        }
    }
    Some(out)
}

/// The same value with all keys in order, whatever order the map type keeps.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        Value::Object(map) => {
            let entries: BTreeMap<_, _> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            Value::Object(entries.into_iter().collect())
        }
        other => other,
    }
}
