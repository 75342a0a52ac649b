//! Objects against the files that show how they are to be.

use std::sync::Arc;

use smol_str::{SmolStr, ToSmolStr as _};

use crate::matching::Identity;
use crate::patch::is_equal;
use crate::value::{Map, Value};

/// Whether two values name the same object.
pub(super) fn same_object(one: &Value, other: &Value) -> bool {
    let version = |value: &Value| value.get("apiVersion").and_then(Value::as_str).map(str::to_owned);
    let (a, b) = (Identity::of(one), Identity::of(other));
    version(one) == version(other) && a.kind == b.kind && a.name == b.name && a.namespace == b.namespace
}

/// The first difference of an object to what it is to be; what is empty, and what generation notes about
/// itself, does not count.
pub(super) fn difference(actual: &Value, expected: &Value) -> Option<String> {
    let (actual, expected) = (tidy(&plain(actual)), tidy(&plain(expected)));
    let (actual, expected) = (actual.unwrap_or_default(), expected.unwrap_or_default());
    (!is_equal(&actual, &expected)).then(|| place(&actual, &expected, ""))
}

fn place(actual: &Value, expected: &Value, path: &str) -> String {
    match (actual, expected) {
        (Value::Map(one), Value::Map(other)) => {
            let mut keys: Vec<&SmolStr> = one.keys().chain(other.keys()).collect();
            keys.sort_unstable();
            for key in keys {
                match (one.get(key), other.get(key)) {
                    (Some(one), Some(other)) if is_equal(one, other) => {}
                    (Some(one), Some(other)) => return place(one, other, &format!("{path}.{key}")),
                    (one, other) => {
                        let shown = |value: Option<&Value>| value.map_or("nothing".to_owned(), short);
                        return format!("{path}.{key} is {}, not {}", shown(one), shown(other));
                    }
                }
            }
            path.to_owned()
        }
        (Value::List(one), Value::List(other)) if one.len() == other.len() => {
            let differs = one.iter().zip(other.iter()).enumerate().find(|(_, (a, b))| !is_equal(a, b));
            match differs {
                Some((index, (one, other))) => place(one, other, &format!("{path}[{index}]")),
                None => path.to_owned(),
            }
        }
        _ => format!("{path} is {}, not {}", short(actual), short(expected)),
    }
}

fn short(value: &Value) -> String {
    value.to_json().chars().take(200).collect()
}

/// The object without the labels of generation.
fn plain(object: &Value) -> Value {
    let mut object = object.as_map().cloned().unwrap_or_default();
    let mut metadata = object.get("metadata").and_then(Value::as_map).cloned().unwrap_or_default();
    let labels = metadata.get("labels").and_then(Value::as_map).cloned().unwrap_or_default();
    let mut kept: Map = labels
        .iter()
        .filter(|(key, _)| !key.starts_with("generate.kyverno.io/"))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if !kept.contains("app.kubernetes.io/managed-by") {
        kept.insert("app.kubernetes.io/managed-by".to_smolstr(), Value::from("kyverno"));
    }
    metadata.insert("labels", Value::from(kept));
    object.insert("metadata", Value::Map(Arc::new(metadata)));
    Value::from(object)
}

/// The value without anything empty; none where nothing is left.
fn tidy(value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Map(map) => {
            let kept: Map = map.iter().filter_map(|(key, value)| Some((key.clone(), tidy(value)?))).collect();
            (!kept.is_empty()).then(|| Value::from(kept))
        }
        Value::List(items) => {
            let kept: Vec<Value> = items.iter().filter_map(tidy).collect();
            (!kept.is_empty()).then(|| Value::from(kept))
        }
        other => Some(other.clone()),
    }
}
