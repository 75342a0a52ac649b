//! Values that may be missing.

use super::Given;
use crate::budget::Meter;
use crate::error::Failure;
use crate::types::declaration::Form::{Global, Member};
use crate::types::declaration::Line;
use crate::value::Value;

pub(crate) const TABLE: &[Line] = &[
    ("optional.of", Global, "optional_of", "V -> optional(V)", of),
    ("optional.ofNonZeroValue", Global, "optional_ofNonZeroValue", "V -> optional(V)", of_non_zero),
    ("optional.none", Global, "optional_none", "-> optional(V)", none),
    ("value", Member, "optional_value", "optional(V) -> V", value),
    ("hasValue", Member, "optional_hasValue", "optional(V) -> bool", has_value),
    ("or", Member, "optional_or_optional", "optional(V), optional(V) -> optional(V)", in_plan),
    ("orValue", Member, "optional_orValue_value", "optional(V), V -> V", in_plan),
    ("_[?_]", Global, "list_optindex_optional_int", "list(V), int -> optional(V)", in_plan),
    (
        "_[?_]",
        Global,
        "optional_list_optindex_optional_int",
        "optional(list(V)), int -> optional(V)",
        in_plan,
    ),
    ("_[?_]", Global, "map_optindex_optional_value", "map(K, V), K -> optional(V)", in_plan),
    (
        "_[?_]",
        Global,
        "optional_map_optindex_optional_value",
        "optional(map(K, V)), K -> optional(V)",
        in_plan,
    ),
    ("_[_]", Global, "optional_list_index_int", "optional(list(V)), int -> optional(V)", in_plan),
    ("_[_]", Global, "optional_map_index_value", "optional(map(K, V)), K -> optional(V)", in_plan),
    ("optional.unwrap", Global, "optional_unwrap", "list(optional(V)) -> list(V)", unwrap),
    ("unwrapOpt", Member, "optional_unwrapOpt", "list(optional(V)) -> list(V)", unwrap),
    ("first", Member, "list_first", "list(V) -> optional(V)", first),
    ("last", Member, "list_last", "list(V) -> optional(V)", last),
];

/// Stands in the table for what the plan evaluates itself.
fn in_plan(_: &mut Meter, _: &[Value]) -> Given {
    Err(Failure::NoSuchOverload)
}

fn of(_: &mut Meter, values: &[Value]) -> Given {
    match values {
        [value] => Ok(Value::some(value.clone())),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn of_non_zero(_: &mut Meter, values: &[Value]) -> Given {
    match values {
        [value] if value.is_zero() => Ok(Value::Optional(None)),
        [value] => Ok(Value::some(value.clone())),
        _ => Err(Failure::NoSuchOverload),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the table wants it so")]
fn none(_: &mut Meter, _: &[Value]) -> Given {
    Ok(Value::Optional(None))
}

fn value(_: &mut Meter, values: &[Value]) -> Given {
    match values {
        [Value::Optional(Some(value))] => Ok(Value::clone(value)),
        [Value::Optional(None)] => Err(Failure::NoValue),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn has_value(_: &mut Meter, values: &[Value]) -> Given {
    match values {
        [Value::Optional(value)] => Ok(Value::Bool(value.is_some())),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn unwrap(meter: &mut Meter, values: &[Value]) -> Given {
    let [Value::List(list)] = values else { return Err(Failure::NoSuchOverload) };
    meter.items(list.len())?;
    let mut present = Vec::new();
    for item in list.iter() {
        match item {
            Value::Optional(value) => present.extend(value.map(|value| Value::clone(&value))),
            _ => return Err(Failure::NoSuchOverload),
        }
    }
    Ok(Value::list(present))
}

fn first(_: &mut Meter, values: &[Value]) -> Given {
    let [Value::List(list)] = values else { return Err(Failure::NoSuchOverload) };
    Ok(list.get(0).map_or(Value::Optional(None), Value::some))
}

fn last(_: &mut Meter, values: &[Value]) -> Given {
    let [Value::List(list)] = values else { return Err(Failure::NoSuchOverload) };
    let place = list.len().checked_sub(1);
    Ok(place.and_then(|place| list.get(place)).map_or(Value::Optional(None), Value::some))
}
