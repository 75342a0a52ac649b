//! Mappings of values: copies, look-ups by dotted keys, one mapping laid over another.

use std::collections::HashSet;

use smol_str::SmolStr;

use super::ValuesWarning;
use crate::value::{Data, List, Map, Value};

/// A copy that shares no mapping with the original.
pub(super) fn copy(value: &Value) -> Value {
    let data = match &value.data {
        Data::Map(map) => Data::Map(copy_map(map)),
        Data::List(list) if list.items().iter().any(is_container) => {
            Data::List(List::of(list.element(), list.items().iter().map(copy).collect()))
        }
        _ => return value.clone(),
    };
    Value { data, key: value.key.clone() }
}

/// A copy that shares no mapping with the original.
pub(super) fn copy_map(map: &Map) -> Map {
    let entries = map.entries();
    Map::of(map.map_type(), entries.iter().map(|(key, value)| (key.clone(), copy(value))).collect())
}

fn is_container(value: &Value) -> bool {
    matches!(value.data, Data::Map(_) | Data::List(_))
}

/// Sets a key of a map that is not nil.
pub(super) fn put(map: &Map, key: SmolStr, value: Value) {
    let written = map.set(key, value);
    debug_assert!(written.is_ok(), "no map of values is nil");
}

/// A new mapping with the entries of both; mappings below one key are merged too, else the second's count.
pub(super) fn merge(first: &Map, second: &Map) -> Map {
    let merged: Map = first.snapshot().into_iter().collect();
    for (key, value) in second.snapshot() {
        let both = value.as_map().zip(merged.get(&key).as_ref().and_then(Value::as_map).cloned());
        let value = match both {
            Some((second, first)) => Value { data: Data::Map(merge(&first, second)), key: value.key.clone() },
            None => value,
        };
        put(&merged, key, value);
    }
    merged
}

/// The mapping at a dotted key.
pub(super) fn table(map: &Map, key: &str) -> Option<Map> {
    key.split('.').try_fold(map.clone(), |map, part| map.get(part)?.as_map().cloned())
}

/// The value at a dotted key, unless it is a mapping.
pub(super) fn leaf(map: &Map, key: &str) -> Option<Value> {
    let (above, last) = match key.rsplit_once('.') {
        Some((above, last)) => (table(map, above)?, last),
        None => (map.clone(), key),
    };
    above.get(last).filter(|value| value.as_map().is_none())
}

/// Lays one mapping over defaults: what `over` has counts, what it lacks comes from `defaults`, and mappings
/// below one key are laid over each other too.
///
/// A null in `over` takes a default away, unless `keep_nulls` says that it must be kept for a later round.
/// The defaults are changed too and must belong to nobody else. `above` is the key of both in messages.
pub(super) fn lay_over(
    over: &Map,
    defaults: &Map,
    above: &str,
    keep_nulls: bool,
    warnings: &mut Vec<ValuesWarning>,
) {
    let set: HashSet<SmolStr> = if keep_nulls {
        HashSet::new()
    } else {
        let entries = defaults.entries();
        entries.iter().filter(|(_, value)| !value.is_nil()).map(|(key, _)| key.clone()).collect()
    };
    for (key, value) in over.snapshot() {
        if value.is_nil() {
            put(defaults, key, value);
        }
    }
    for (key, default) in defaults.snapshot() {
        let Some(value) = over.get(&key) else {
            put(over, key, default);
            continue;
        };
        let here = || join(above, &key);
        match (value.as_map(), default.as_map()) {
            _ if !keep_nulls && value.is_nil() && set.contains(&key) => over.unset(&key),
            (Some(value), Some(default)) => lay_over(value, default, &here(), keep_nulls, warnings),
            (None, Some(_)) => warnings.push(ValuesWarning::NoMapping { key: here() }),
            (Some(_), None) if !default.is_nil() => warnings.push(ValuesWarning::Mapping { key: here() }),
            _ => {}
        }
    }
}

/// Takes nulls out of a mapping and those below it.
pub(super) fn without_nulls(map: &Map) {
    for (key, value) in map.snapshot() {
        match value.as_map() {
            Some(below) => without_nulls(below),
            None if value.is_nil() => map.unset(&key),
            None => {}
        }
    }
}

/// A key below another, for messages.
pub(super) fn join(above: &str, key: &str) -> String {
    if above.is_empty() { key.to_owned() } else { format!("{above}.{key}") }
}
