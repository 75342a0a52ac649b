//! The proof of a change: the tree that is read from the new text is the old one with the change made.

use std::collections::HashSet;

use serde_json::{Map, Value as Json};

use super::change::Operation;
use crate::{FieldPath, Node, Segment, Span, Value};

/// Makes a change on a plain tree. False where it cannot be made.
pub(super) fn apply(root: &mut Json, path: &FieldPath, operation: &Operation) -> bool {
    match operation {
        Operation::Set(value) => at(root, path.segments()).map(|place| *place = value.clone()).is_some(),
        Operation::Append(item) => match at(root, path.segments()) {
            Some(Json::Array(items)) => {
                items.push(item.clone());
                true
            }
            Some(place @ Json::Null) => {
                *place = Json::Array(vec![item.clone()]);
                true
            }
            _ => false,
        },
        Operation::Remove => remove(root, path.segments()),
    }
}

/// The value at a path; what is missing on the way is made.
fn at<'v>(mut value: &'v mut Json, path: &[Segment]) -> Option<&'v mut Json> {
    for step in path {
        value = match step {
            Segment::Key(key) => {
                if value.is_null() {
                    *value = Json::Object(Map::new());
                }
                value.as_object_mut()?.entry(key.as_str()).or_insert(Json::Null)
            }
            Segment::Index(index) => value.as_array_mut()?.get_mut(*index)?,
        };
    }
    Some(value)
}

fn remove(mut value: &mut Json, path: &[Segment]) -> bool {
    let Some((last, way)) = path.split_last() else { return false };
    for step in way {
        let next = match (step, value) {
            (Segment::Key(key), Json::Object(entries)) => entries.get_mut(key.as_str()),
            (Segment::Index(index), Json::Array(items)) => items.get_mut(*index),
            _ => None,
        };
        match next {
            Some(next) => value = next,
            None => return true,
        }
    }
    match (last, value) {
        (Segment::Key(key), Json::Object(entries)) => drop(entries.remove(key.as_str())),
        (Segment::Index(index), Json::Array(items)) if *index < items.len() => drop(items.remove(*index)),
        _ => {}
    }
    true
}

/// Whether a tree that was read holds these values, numbers compared by their value.
pub(super) fn same_as_json(node: &Node, json: &Json) -> bool {
    match (&node.value, json) {
        (Value::Null, Json::Null) => true,
        (Value::Bool(one), Json::Bool(other)) => one == other,
        (Value::String(one), Json::String(other)) => one == other,
        (Value::Int(one), Json::Number(other)) => match other.as_i64() {
            Some(other) => *one == other,
            None => other.as_f64().is_some_and(|other| same_integer(*one, other)),
        },
        (Value::UInt(one), Json::Number(other)) => {
            other.as_u64() == Some(*one) || other.as_f64().is_some_and(|other| same_float(*one, other))
        }
        (Value::Float(one), Json::Number(other)) => {
            !other.is_i64() && !other.is_u64() && other.as_f64() == Some(*one)
        }
        (Value::Sequence(nodes), Json::Array(items)) => {
            nodes.len() == items.len() && nodes.iter().zip(items).all(|(node, item)| same_as_json(node, item))
        }
        (Value::Mapping(mapping), Json::Object(entries)) => {
            mapping.entries().len() == entries.len()
                && mapping.entries().iter().all(|entry| {
                    entries.get(entry.key.as_str()).is_some_and(|value| same_as_json(&entry.node, value))
                })
        }
        _ => false,
    }
}

/// Whether a float without fraction became this integer on its way through YAML.
fn same_integer(integer: i64, float: f64) -> bool {
    float.fract() == 0.0 && format!("{float}").parse() == Ok(integer)
}

fn same_float(integer: u64, float: f64) -> bool {
    float.fract() == 0.0 && format!("{float}").parse() == Ok(integer)
}

/// Whether two trees hold the same values, wherever they stand.
pub(super) fn same(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Value::Sequence(one), Value::Sequence(other)) => {
            one.len() == other.len() && one.iter().zip(other.iter()).all(|(one, other)| same(one, other))
        }
        (Value::Mapping(one), Value::Mapping(other)) => {
            let (one, other) = (one.entries(), other.entries());
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| one.key == other.key && same(&one.node, &other.node))
        }
        (one, other) => one == other,
    }
}

/// The values that an alias or a merge brings to a second place of the tree, by their spans.
pub(super) fn shared(root: &Node) -> HashSet<Span> {
    let mut found = HashSet::new();
    let mut rest = vec![root];
    while let Some(node) = rest.pop() {
        let mut reached = node.span.start;
        let mut look = |child: &Node, from: u32, elsewhere: bool| -> bool {
            let away = elsewhere || child.span.start < from;
            if away && child.span.start < child.span.end {
                found.insert(child.span);
            }
            !away
        };
        for entry in node.entries() {
            let key = entry.key_span;
            let elsewhere = key.start < node.span.start || key.end > node.span.end;
            if look(&entry.node, key.start, elsewhere) {
                rest.push(&entry.node);
            }
        }
        for item in node.items() {
            if look(item, reached, false) {
                reached = item.span.end;
                rest.push(item);
            }
        }
    }
    found
}
