//! Documents against the shape that they must have: unknown fields and wrong types, each with its place.

use sekisho_manifest::{FieldPath, Node, Value};

use super::error::{PolicyError, PolicyErrorKind};

/// The shape of a value. Null is allowed everywhere.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// Anything.
    Any,
    Text,
    /// Text, or a number that is read as text.
    Scalar,
    Flag,
    Number,
    List(&'static Self),
    /// Any keys.
    Table(&'static Self),
    /// These keys.
    Fields(&'static [(&'static str, Self)]),
    /// A shape that contains itself.
    Again(fn() -> &'static Self),
    /// One of these texts, in any case of letters.
    Choice(&'static [&'static str]),
    /// A list of the one, or the other.
    ListOr(&'static Self, &'static Self),
}

/// How deep a policy's own fields may be nested.
const MAX_DEPTH: usize = 64;

/// Notes everything in which a value differs from its shape.
pub(super) fn check(node: &Node, shape: Shape, path: &FieldPath, errors: &mut Vec<PolicyError>) {
    walk(node, shape, path, 0, errors);
}

fn walk(node: &Node, shape: Shape, path: &FieldPath, depth: usize, errors: &mut Vec<PolicyError>) {
    if node.is_null() {
        return;
    }
    if depth > MAX_DEPTH {
        errors.push(PolicyErrorKind::Depth.at(node.span, path.clone()));
        return;
    }
    let below = depth.saturating_add(1);
    let mut wrong = |expected: &'static str| {
        errors.push(PolicyErrorKind::Type(expected).at(node.span, path.clone()));
    };
    match (shape, &node.value) {
        (Shape::Any, _)
        | (Shape::Text, Value::String(_))
        | (
            Shape::Scalar,
            Value::String(_) | Value::Int(_) | Value::UInt(_) | Value::Float(_) | Value::Bool(_),
        )
        | (Shape::Flag, Value::Bool(_))
        | (Shape::Number, Value::Int(_) | Value::UInt(_)) => {}
        (Shape::Flag, _) => wrong("`true` or `false`"),
        (Shape::Number, _) => wrong("a whole number"),
        (Shape::Choice(known), Value::String(given)) => {
            if !known.iter().any(|known| known.eq_ignore_ascii_case(given)) {
                let known: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
                let kind = PolicyErrorKind::Choice { given: given.to_string(), known: known.join(", ") };
                errors.push(kind.at(node.span, path.clone()));
            }
        }
        (Shape::Text | Shape::Scalar | Shape::Choice(_), _) => wrong("text"),
        (Shape::List(item) | Shape::ListOr(item, _), Value::Sequence(items)) => {
            for (index, each) in items.iter().enumerate() {
                walk(each, *item, &path.child(index), below, errors);
            }
        }
        (Shape::ListOr(_, other), _) => walk(node, *other, path, below, errors),
        (Shape::List(_), _) => wrong("a list"),
        (Shape::Table(item), Value::Mapping(map)) => {
            for entry in map.entries() {
                walk(&entry.node, *item, &path.child(&entry.key), below, errors);
            }
        }
        (Shape::Fields(fields), Value::Mapping(map)) => {
            for entry in map.entries() {
                match fields.iter().find(|(name, _)| *name == entry.key) {
                    Some((_, shape)) => walk(&entry.node, *shape, &path.child(&entry.key), below, errors),
                    None => {
                        errors.push(unknown(&entry.key, fields).at(entry.key_span, path.child(&entry.key)));
                    }
                }
            }
        }
        (Shape::Table(_) | Shape::Fields(_), _) => wrong("a mapping"),
        (Shape::Again(shape), _) => walk(node, *shape(), path, below, errors),
    }
}

fn unknown(given: &str, fields: &[(&'static str, Shape)]) -> PolicyErrorKind {
    let near = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(given) || is_near(name, given));
    match near {
        Some((known, _)) => PolicyErrorKind::MisspeltField { given: given.to_owned(), known },
        None => PolicyErrorKind::UnknownField(given.to_owned()),
    }
}

/// Whether two words differ by one letter that is missing, added or another.
fn is_near(one: &str, other: &str) -> bool {
    let same = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    let (Some(one), Some(other)) = (one.get(same..), other.get(same..)) else { return false };
    let tail = |text: &str| text.get(1..).map(str::to_owned);
    match (tail(one), tail(other)) {
        (Some(one_tail), Some(other_tail)) => {
            one_tail == other_tail || one_tail == other || one == other_tail
        }
        (Some(tail), None) | (None, Some(tail)) => tail.is_empty(),
        (None, None) => true,
    }
}
