//! The kinds that a rule names.

use smol_str::SmolStr;

use crate::matching::KindSelector;
use crate::value::Value;

pub(super) fn names_pods(kinds: &[SmolStr]) -> bool {
    kinds.iter().any(|kind| KindSelector::parse(kind).kind() == "Pod")
}

pub(super) fn kinds_of(block: &Value) -> Vec<SmolStr> {
    let kinds = block.at(&["resources", "kinds"]).and_then(Value::as_list).unwrap_or(&[]);
    kinds.iter().filter_map(Value::as_str).map(SmolStr::new).collect()
}

pub(super) fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_list).unwrap_or(&[])
}
