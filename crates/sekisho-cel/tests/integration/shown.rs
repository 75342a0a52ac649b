//! Values as text.

use sekisho_cel::Value;

/// A value as text, the entries of maps in order.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::List(list) => {
            format!("[{}]", list.iter().map(|item| shown(&item)).collect::<Vec<_>>().join(", "))
        }
        Value::Map(map) => {
            let mut entries: Vec<String> =
                map.iter().map(|(key, value)| format!("{}: {}", shown(&key), shown(&value))).collect();
            entries.sort();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Optional(Some(value)) => format!("optional({})", shown(value)),
        Value::Bytes(bytes) => format!("Bytes({bytes:?})"),
        other => format!("{other:?}"),
    }
}
