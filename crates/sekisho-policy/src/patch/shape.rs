//! What stands in the fields of the built-in kinds.

use sekisho_kyverno::admission::Shape;

use super::schema::{self, Type};
use crate::group_version::GroupVersionKind;

/// What stands in a field of the objects of a kind; a step is a field, or none for an item of a list.
pub(crate) fn field_shape(kind: &GroupVersionKind, path: &[Option<&str>]) -> Shape {
    let mut current = schema::of_kind(kind);
    for step in path {
        let next = match (&current, step) {
            (Type::List { item, .. }, None) | (Type::Map { item, .. }, Some(_)) => Some((**item).clone()),
            (Type::Named { name, .. }, Some(field)) => {
                schema::fields(name).and_then(|fields| fields.field(field)).cloned()
            }
            _ => None,
        };
        match next {
            Some(next) => current = next,
            None => return Shape::Unknown,
        }
    }
    match current {
        Type::Number => Shape::Number,
        Type::Text => Shape::Text,
        Type::Truth => Shape::Truth,
        Type::Scalar => Shape::Scalar,
        Type::List { .. } => Shape::List,
        Type::Map { .. } => Shape::Map,
        Type::Named { name, .. } => match schema::fields(name) {
            Some(fields) if !fields.is_open() => Shape::Map,
            _ => Shape::Unknown,
        },
        Type::Any | Type::AnyAtomic => Shape::Unknown,
    }
}
