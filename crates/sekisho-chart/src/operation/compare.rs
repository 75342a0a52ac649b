//! Comparison as the language's `eq`, `lt` and their kin do it.

use std::rc::Rc;

use super::complex::as_complex;
use crate::error::CallError;
use crate::value::{Data, Value};

/// Go's kinds that can be compared by size.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Other,
    Bool,
    Int,
    Uint,
    Float,
    Text,
    Complex,
}

fn kind(value: &Value) -> Kind {
    match value.data {
        Data::Bool(_) => Kind::Bool,
        Data::Int(_, _) => Kind::Int,
        Data::Uint(_, _) => Kind::Uint,
        Data::Float(_) => Kind::Float,
        Data::Text(_) => Kind::Text,
        Data::Host(_) if as_complex(value).is_some() => Kind::Complex,
        _ => Kind::Other,
    }
}

/// Whether the first value equals any of the others.
pub(crate) fn equal_any(one: &Value, others: &[Value]) -> Result<bool, CallError> {
    if others.is_empty() {
        return Err(CallError::new("missing argument for comparison"));
    }
    for other in others {
        if equal(one, other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[expect(clippy::float_cmp, reason = "Go compares floats exactly")]
fn equal(one: &Value, other: &Value) -> Result<bool, CallError> {
    match (&one.data, &other.data) {
        (Data::Bool(one), Data::Bool(other)) => Ok(one == other),
        (Data::Int(one, _), Data::Int(other, _)) => Ok(one == other),
        (Data::Uint(one, _), Data::Uint(other, _)) => Ok(one == other),
        (Data::Int(int, _), Data::Uint(uint, _)) | (Data::Uint(uint, _), Data::Int(int, _)) => {
            Ok(u64::try_from(*int) == Ok(*uint))
        }
        (Data::Float(one), Data::Float(other)) => Ok(one == other),
        (Data::Text(one), Data::Text(other)) => Ok(one == other),
        _ if kind(one) != kind(other) => {
            if one.is_nil() || other.is_nil() {
                return Ok(false);
            }
            Err(incompatible(one, other))
        }
        _ => match (as_complex(one), as_complex(other)) {
            (Some(one), Some(other)) => Ok(one == other),
            _ => equal_others(one, other),
        },
    }
}

/// Compares values that are of no basic kind: they equal each other as nil, or as one object.
fn equal_others(one: &Value, other: &Value) -> Result<bool, CallError> {
    let shown = |value: &Value| super::format::show_as(value, 's');
    let types = (one.type_of(), other.type_of());
    if let (Some(own), Some(others)) = types
        && std::mem::discriminant(&one.data) != std::mem::discriminant(&other.data)
    {
        let message = {
            let other = super::format::show(other);
            format!("non-comparable types {}: {own}, {others}: {other}", shown(one))
        };
        return Err(CallError::Message(message));
    }
    if is_nil(one) || is_nil(other) {
        return Ok(is_nil(one) == is_nil(other));
    }
    if let (Data::Host(one), Data::Host(other)) = (&one.data, &other.data) {
        return Ok(Rc::ptr_eq(one, other));
    }
    let kind = types.1.map_or_else(String::new, |kind| kind.to_string());
    Err(CallError::Message(format!("non-comparable type {}: {kind}", shown(other))))
}

/// Whether a value is nil, of any type.
fn is_nil(value: &Value) -> bool {
    match &value.data {
        Data::Absent | Data::Nil => true,
        Data::List(list) => list.is_nil(),
        Data::Map(map) => map.is_nil(),
        _ => false,
    }
}

/// Whether the first value is smaller.
pub(crate) fn less(one: &Value, other: &Value) -> Result<bool, CallError> {
    let bad = || CallError::new("invalid type for comparison");
    if kind(one) == Kind::Other || kind(other) == Kind::Other {
        return Err(bad());
    }
    match (&one.data, &other.data) {
        (Data::Int(one, _), Data::Int(other, _)) => Ok(one < other),
        (Data::Uint(one, _), Data::Uint(other, _)) => Ok(one < other),
        (Data::Int(one, _), Data::Uint(other, _)) => {
            Ok(u64::try_from(*one).is_ok_and(|one| one < *other) || *one < 0)
        }
        (Data::Uint(one, _), Data::Int(other, _)) => {
            Ok(u64::try_from(*other).is_ok_and(|other| *one < other))
        }
        (Data::Float(one), Data::Float(other)) => Ok(one < other),
        (Data::Text(one), Data::Text(other)) => Ok(one < other),
        (Data::Bool(_), Data::Bool(_)) | (Data::Host(_), Data::Host(_)) => Err(bad()),
        _ => Err(incompatible(one, other)),
    }
}

/// Whether the first value is smaller or equal.
pub(crate) fn less_or_equal(one: &Value, other: &Value) -> Result<bool, CallError> {
    Ok(less(one, other)? || equal(one, other)?)
}

fn incompatible(one: &Value, other: &Value) -> CallError {
    let name = |value: &Value| value.type_of().map_or_else(String::new, |kind| kind.to_string());
    CallError::Message(format!("incompatible types for comparison: {} and {}", name(one), name(other)))
}
