//! Fields of documents, as far as they are what they should be.

use smol_str::SmolStr;

use crate::value::Value;

pub(super) fn text(value: &Value, key: &str) -> SmolStr {
    value.get(key).and_then(Value::as_str).unwrap_or("").into()
}

pub(super) fn texts(value: &Value, key: &str) -> Vec<SmolStr> {
    list(value, key).iter().filter_map(Value::as_str).map(SmolStr::new).collect()
}

pub(super) fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_list).unwrap_or(&[])
}
