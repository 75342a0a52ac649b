//! Server-side apply's merge: a configuration laid over an object (structured merge).

use std::fmt::Write as _;
use std::sync::Arc;

use sekisho_manifest::{Entry, Mapping, Node, Span, Value};

use super::schema::{self, Type};
use crate::group_version::GroupVersionKind;

/// Why a configuration cannot be laid over an object, in the words of the API server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// The configuration has fields that its kind does not have, or of other types.
    #[error("failed to convert patch object to typed object: {}", joined(.0))]
    Configuration(Vec<String>),
    /// The object does.
    #[error("failed to convert original object to typed object: {}", joined(.0))]
    Object(Vec<String>),
    /// The configuration sets what can only be replaced as a whole.
    #[error("invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: {}", .0.join(", "))]
    Atomic(Vec<String>),
}

fn joined(errors: &[String]) -> String {
    match errors {
        [only] => only.clone(),
        several => {
            let mut text = String::from("errors:");
            for error in several {
                let _ = write!(text, "\n  {error}");
            }
            text
        }
    }
}

/// Lays a configuration over an object of a kind. Kinds that are not built in merge their maps, and their lists
/// are replaced.
pub fn merge_configuration(
    kind: &GroupVersionKind,
    object: &Node,
    configuration: &Node,
) -> Result<Node, MergeError> {
    let kind = schema::of_kind(kind);
    let mut errors = Vec::new();
    validate(&kind, configuration, &mut String::new(), false, &mut errors);
    if !errors.is_empty() {
        return Err(MergeError::Configuration(errors));
    }
    let mut atomics = Vec::new();
    find_atomics(&kind, configuration, &mut String::new(), &mut atomics);
    if !atomics.is_empty() {
        return Err(MergeError::Atomic(atomics));
    }
    validate(&kind, object, &mut String::new(), true, &mut errors);
    if !errors.is_empty() {
        return Err(MergeError::Object(errors));
    }
    Ok(merge(&kind, object, configuration))
}

/// The paths of fields that a kind does not have; empty for kinds that are not built in.
pub fn unknown_fields(kind: &GroupVersionKind, object: &Node) -> Vec<String> {
    unknown_keys(kind, object).into_iter().map(|(path, _)| path).collect()
}

/// The same with the places of their keys.
pub(crate) fn unknown_keys(kind: &GroupVersionKind, object: &Node) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    collect_unknown(&schema::of_kind(kind), object, &mut String::new(), &mut found);
    found
}

fn collect_unknown(kind: &Type, node: &Node, path: &mut String, found: &mut Vec<(String, Span)>) {
    for entry in node.entries() {
        let step = if path.is_empty() { entry.key.to_string() } else { format!(".{}", entry.key) };
        within(path, &step, |path| match field_type(kind, &entry.key) {
            Some(field) => collect_unknown(field, &entry.node, path, found),
            None if matches!(shape(kind), Shape::Fields(..)) => found.push((path.clone(), entry.key_span)),
            None => {}
        });
    }
    if let Shape::List { item, .. } = shape(kind) {
        for (place, child) in node.items().iter().enumerate() {
            within(path, &format!("[{place}]"), |path| collect_unknown(item, child, path, found));
        }
    }
}

/// A type as far as a value of it is looked into.
enum Shape<'t> {
    Scalar,
    /// A list; where it is not atomic its items are told apart by the keys, or by themselves where there are
    /// none.
    List {
        atomic: bool,
        keys: &'t [&'static str],
        item: &'t Type,
    },
    Map {
        atomic: bool,
        item: &'t Type,
    },
    Fields(&'static schema::Fields, bool),
    Any {
        atomic: bool,
    },
}

fn shape(kind: &Type) -> Shape<'_> {
    match kind {
        Type::Number | Type::Text | Type::Truth | Type::Scalar => Shape::Scalar,
        Type::Any => Shape::Any { atomic: false },
        Type::AnyAtomic => Shape::Any { atomic: true },
        Type::List { atomic, keys, item } => Shape::List { atomic: *atomic, keys, item },
        Type::Map { atomic, item } => Shape::Map { atomic: *atomic, item },
        Type::Named { name, atomic } => match schema::fields(name) {
            Some(fields) => Shape::Fields(fields, *atomic || fields.atomic),
            None => Shape::Any { atomic: *atomic },
        },
    }
}

fn field_type<'t>(kind: &'t Type, name: &str) -> Option<&'t Type> {
    match shape(kind) {
        Shape::Map { item, .. } => Some(item),
        Shape::Fields(fields, _) => fields.field(name),
        Shape::Any { .. } => Some(kind),
        Shape::Scalar | Shape::List { .. } => None,
    }
}

/// Runs a function with a path that is longer by one step.
fn within(path: &mut String, step: &str, run: impl FnOnce(&mut String)) {
    let length = path.len();
    path.push_str(step);
    run(path);
    path.truncate(length);
}

fn validate(kind: &Type, node: &Node, path: &mut String, duplicates: bool, errors: &mut Vec<String>) {
    if node.is_null() {
        return;
    }
    match (shape(kind), &node.value) {
        (Shape::Scalar, value) => {
            if let Some(expected) = unfit(kind, value) {
                let found = if *kind == Type::Number {
                    go_type(value).to_owned()
                } else {
                    node.to_json().to_string()
                };
                wrong(errors, path, format!("expected {expected}, got {found}"));
            }
        }
        (Shape::Map { .. } | Shape::Fields(..) | Shape::Any { .. }, Value::Mapping(mapping)) => {
            for entry in mapping.entries() {
                let step = format!(".{}", entry.key);
                let Some(field) = field_type(kind, &entry.key) else {
                    errors.push(format!("{path}{step}: field not declared in schema"));
                    return;
                };
                within(path, &step, |path| validate(field, &entry.node, path, duplicates, errors));
            }
        }
        (Shape::Map { .. } | Shape::Fields(..), _) => {
            wrong(errors, path, format!("expected map, got {}", node.to_json()));
        }
        (Shape::List { atomic, keys, item }, Value::Sequence(items)) => {
            let mut seen: Vec<String> = Vec::new();
            for (place, child) in items.iter().enumerate() {
                let mut step = format!("[{place}]");
                if !atomic {
                    match identity(keys, item, child) {
                        Ok(own) => step = own,
                        Err(why) => return wrong(errors, path, format!("element {place}: {why}")),
                    }
                    if !duplicates && seen.contains(&step) {
                        wrong(errors, path, format!("duplicate entries for key {step}"));
                    }
                    seen.push(step.clone());
                }
                within(path, &step, |path| validate(item, child, path, duplicates, errors));
            }
        }
        (Shape::List { .. }, _) => wrong(errors, path, format!("expected list, got {}", node.to_json())),
        (Shape::Any { .. }, _) => {}
    }
}

fn wrong(errors: &mut Vec<String>, path: &str, message: String) {
    errors.push(if path.is_empty() { message } else { format!("{path}: {message}") });
}

/// What a scalar type expects where a value is none of it.
fn unfit(kind: &Type, value: &Value) -> Option<&'static str> {
    let number = matches!(value, Value::Int(_) | Value::UInt(_) | Value::Float(_));
    let text = matches!(value, Value::String(_));
    let truth = matches!(value, Value::Bool(_));
    let (fits, expected) = match kind {
        Type::Number => (number, "numeric (int or float)"),
        Type::Text => (text, "string"),
        Type::Truth => (truth, "boolean"),
        _ => (number || text || truth, "any scalar"),
    };
    (!fits).then_some(expected)
}

/// The name of a value's type in the API server's language, which its messages show.
fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::UInt(_) => "int64",
        Value::Float(_) => "float64",
        Value::String(_) => "string",
        Value::Sequence(_) => "[]interface {}",
        Value::Mapping(_) => "map[string]interface {}",
    }
}

/// What tells an item of a list apart from the others.
fn identity(keys: &[&str], item: &Type, child: &Node) -> Result<String, String> {
    if keys.is_empty() {
        return match &child.value {
            Value::Mapping(_) => {
                Err("associative list without keys has an element that's a map type".to_owned())
            }
            Value::Sequence(_) => Err("not supported: associative list with lists as elements".to_owned()),
            Value::Null => {
                Err("associative list without keys has an element that's an explicit null".to_owned())
            }
            _ => Ok(format!("[={}]", child.to_json())),
        };
    }
    match &child.value {
        Value::Null => return Err("associative list with keys may not have a null element".to_owned()),
        Value::Mapping(_) => {}
        _ => return Err("associative list with keys may not have non-map elements".to_owned()),
    }
    let default = |key: &str| match shape(item) {
        Shape::Fields(fields, _) => fields.default_of(key),
        _ => None,
    };
    let mut parts = Vec::new();
    for key in keys {
        let value = match child.entry(key) {
            Some(entry) => Some(entry.node.to_json()),
            None => default(key).map(|value| Node { span: child.span, value }.to_json()),
        };
        parts.extend(value.map(|value| format!("{key}={value}")));
    }
    if parts.is_empty() {
        let keys: Vec<String> = keys.iter().map(|key| format!("\"{key}\"")).collect();
        return Err(format!(
            "associative list with keys has an element that omits all key fields [{}] (and doesn't have \
             default values for any key fields)",
            keys.join(" ")
        ));
    }
    parts.sort();
    Ok(format!("[{}]", parts.join(",")))
}

/// The paths of everything in a configuration that can only be replaced as a whole.
fn find_atomics(kind: &Type, node: &Node, path: &mut String, found: &mut Vec<String>) {
    match (shape(kind), &node.value) {
        (Shape::Map { atomic: true, .. } | Shape::Any { atomic: true }, Value::Mapping(_)) => {
            found.push(path.clone());
        }
        (Shape::Any { .. }, Value::Sequence(items)) => {
            found.push(path.clone());
            for (place, child) in items.iter().enumerate() {
                let step = format!("[{place}]");
                within(path, &step, |path| find_atomics(&Type::AnyAtomic, child, path, found));
            }
        }
        (Shape::Fields(fields, atomic), Value::Mapping(mapping)) => {
            if atomic {
                found.push(path.clone());
            }
            for entry in mapping.entries() {
                if let Some(field) = fields.named_field(&entry.key) {
                    let step = format!(".{}", entry.key);
                    within(path, &step, |path| find_atomics(field, &entry.node, path, found));
                }
            }
        }
        (Shape::List { atomic, item, .. }, Value::Sequence(items)) => {
            if atomic {
                found.push(path.clone());
            }
            for (place, child) in items.iter().enumerate() {
                within(path, &format!("[{place}]"), |path| find_atomics(item, child, path, found));
            }
        }
        _ => {}
    }
}

/// Two values of one type, the second laid over the first.
fn merge(kind: &Type, left: &Node, right: &Node) -> Node {
    match (shape(kind), &left.value, &right.value) {
        (
            Shape::Map { atomic: false, .. } | Shape::Fields(_, false) | Shape::Any { atomic: false },
            Value::Mapping(own),
            Value::Mapping(over),
        ) => {
            if own.entries().is_empty() && over.entries().is_empty() {
                return right.clone();
            }
            let value = Value::Mapping(Arc::new(merge_maps(kind, own, over)));
            Node { span: left.span, value }
        }
        (Shape::List { atomic: false, keys, item }, Value::Sequence(own), Value::Sequence(over)) => {
            if own.is_empty() && over.is_empty() {
                return right.clone();
            }
            let value = Value::Sequence(Arc::new(merge_lists(keys, item, own, over)));
            Node { span: left.span, value }
        }
        // Null stands for any map or list, and has none of its items.
        (
            Shape::Map { atomic: false, .. } | Shape::Fields(_, false) | Shape::List { atomic: false, .. },
            Value::Mapping(_) | Value::Sequence(_),
            Value::Null,
        ) => left.clone(),
        _ => right.clone(),
    }
}

fn merge_maps(kind: &Type, own: &Mapping, over: &Mapping) -> Mapping {
    let mut merged = own.clone();
    for entry in over.entries() {
        let left = own.entry(&entry.key);
        let node = match (left, field_type(kind, &entry.key)) {
            (Some(left), Some(field)) => merge(field, &left.node, &entry.node),
            _ => entry.node.clone(),
        };
        let key_span = left.map_or(entry.key_span, |left| left.key_span);
        merged.put(Entry { key: entry.key.clone(), key_span, node });
    }
    merged
}

/// Two lists whose items are told apart. Items of both stand in the order of the second list, and those of the
/// first alone stay where they are between them.
fn merge_lists(keys: &[&str], item: &Type, own: &[Node], over: &[Node]) -> Vec<Node> {
    let identities = |items: &[Node]| -> Vec<String> {
        let one = |(place, child): (usize, &Node)| {
            identity(keys, item, child).unwrap_or_else(|_| format!("#{place}"))
        };
        items.iter().enumerate().map(one).collect()
    };
    let (left, right) = (identities(own), identities(over));
    let places = |all: &[String]| -> std::collections::HashMap<String, usize> {
        all.iter().enumerate().rev().map(|(place, own)| (own.clone(), place)).collect()
    };
    let (in_left, in_right) = (places(&left), places(&right));
    let mut shared = right.iter().filter(|own| in_left.contains_key(*own));
    let mut next = shared.next();
    let repeated = |own: &String| left.iter().filter(|other| *other == own).nth(1).is_some();
    let merged_item = |right_place: usize| {
        let child = over.get(right_place)?;
        let own_identity = right.get(right_place)?;
        // Of several that are the same none is merged; the new one takes their place.
        let before = in_left.get(own_identity).filter(|_| !repeated(own_identity));
        Some(match before.and_then(|place| own.get(*place)) {
            Some(before) => merge(item, before, child),
            None => child.clone(),
        })
    };
    let mut done: std::collections::HashSet<&String> = std::collections::HashSet::new();
    let mut out = Vec::with_capacity(left.len().max(right.len()));
    let (mut at_left, mut at_right) = (0, 0);
    while at_left < left.len() || at_right < right.len() {
        if let (Some(one), Some(other)) = (left.get(at_left), right.get(at_right)) {
            if one == other {
                done.insert(one);
                out.extend(merged_item(at_right));
                at_left += 1;
                at_right += 1;
                next = shared.next();
                continue;
            }
            if in_right.contains_key(one) && next.is_some_and(|next| next != one) {
                at_left += 1;
                continue;
            }
        }
        if let Some(one) = left.get(at_left) {
            if !in_right.contains_key(one) {
                out.extend(own.get(at_left).cloned());
                at_left += 1;
                continue;
            }
            if done.contains(one) {
                at_left += 1;
            }
        }
        if let Some(other) = right.get(at_right) {
            done.insert(other);
            out.extend(merged_item(at_right));
            at_right += 1;
            if next == Some(other) {
                next = shared.next();
            }
        }
    }
    out
}
