//! Arrays, objects and sets.

use std::sync::Arc;

use super::arguments::{array, integer, members, object, set, value};
use super::builtin::{Builtin, Family};
use super::call::Call;
use super::error::BuiltinError;
use super::types::{ARRAY, COLLECTION, OBJECT, SET, Type};
use crate::value::{Object, Set, Value};

use Type::{Any as A, Number as N};

pub(super) const FAMILY: Family = &[
    Builtin::new("and", &[SET, SET], SET, |call, args| two_sets(call, args, Set::intersection)),
    Builtin::new("array.concat", &[ARRAY, ARRAY], ARRAY, |call, args| {
        let (one, two) = (array(args, 0)?, array(args, 1)?);
        call.allocate_values(one.len() + two.len())?;
        Ok(Value::array(one.iter().chain(two).cloned().collect()))
    }),
    Builtin::new("array.flatten", &[ARRAY], ARRAY, flatten),
    Builtin::new("array.reverse", &[ARRAY], ARRAY, |call, args| {
        let items = array(args, 0)?;
        call.allocate_values(items.len())?;
        Ok(Value::array(items.iter().rev().cloned().collect()))
    }),
    Builtin::new("array.slice", &[ARRAY, N, N], ARRAY, slice),
    Builtin::new("intersection", &[Type::Set(&SET)], SET, intersection),
    Builtin::new("object.filter", &[OBJECT, COLLECTION], A, |call, args| {
        let (whole, keys) = (object(args, 0)?, keys(call, args)?);
        select(call, whole, |key| keys.contains(key))
    }),
    Builtin::new("object.get", &[OBJECT, A, A], A, get),
    Builtin::new("object.keys", &[OBJECT], SET, |call, args| {
        let whole = object(args, 0)?;
        call.allocate_values(whole.len())?;
        Ok(Value::Set(Arc::new(whole.keys().cloned().collect())))
    }),
    Builtin::new("object.remove", &[OBJECT, COLLECTION], A, |call, args| {
        let (whole, keys) = (object(args, 0)?, keys(call, args)?);
        select(call, whole, |key| !keys.contains(key))
    }),
    Builtin::new("object.subset", &[COLLECTION, COLLECTION], A, subset),
    Builtin::new("object.union", &[OBJECT, OBJECT], A, |call, args| {
        let (one, two) = (object(args, 0)?, object(args, 1)?);
        Ok(Value::Object(Arc::new(union(call, one, two)?)))
    }),
    Builtin::new("object.union_n", &[Type::Array(&[], Some(&OBJECT))], A, union_of_all),
    Builtin::new("or", &[SET, SET], SET, |call, args| two_sets(call, args, Set::union)),
    Builtin::new("set_diff", &[SET, SET], SET, |call, args| two_sets(call, args, Set::difference)),
    Builtin::new("union", &[Type::Set(&SET)], SET, union_of_sets),
];

fn two_sets(call: &mut Call<'_>, args: &[Value], join: fn(&Set, &Set) -> Set) -> Result<Value, BuiltinError> {
    let (one, two) = (set(args, 0)?, set(args, 1)?);
    call.allocate_values(one.len() + two.len())?;
    Ok(Value::Set(Arc::new(join(one, two))))
}

fn flatten(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let items = array(args, 0)?;
    let count = items.iter().map(|item| item.as_array().map_or(1, <[Value]>::len)).sum();
    call.allocate_values(count)?;
    let mut flat = Vec::with_capacity(count);
    for item in items {
        match item {
            Value::Array(nested) => flat.extend_from_slice(nested),
            other => flat.push(other.clone()),
        }
    }
    Ok(Value::array(flat))
}

fn slice(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let (items, start, stop) = (array(args, 0)?, integer(args, 1)?, integer(args, 2)?);
    let stop = usize::try_from(stop.max(0)).unwrap_or(usize::MAX).min(items.len());
    let start = usize::try_from(start.max(0)).unwrap_or(usize::MAX).min(stop);
    call.allocate_values(stop - start)?;
    Ok(Value::array(items.get(start..stop).unwrap_or_default().to_vec()))
}

/// The sets that a set consists of.
fn sets(args: &[Value]) -> Result<Vec<&Set>, BuiltinError> {
    let sets = set(args, 0)?.iter();
    sets.map(|member| member.as_set().ok_or_else(|| BuiltinError::operand_type(1, member, &["set"])))
        .collect()
}

fn intersection(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let sets = sets(args)?;
    let Some((first, rest)) = sets.split_first() else {
        return Ok(Value::set(Vec::new()));
    };
    call.allocate_values(sets.iter().map(|set| set.len()).sum())?;
    let whole =
        first.iter().filter(|element| rest.iter().all(|set| set.contains(element))).cloned().collect();
    Ok(Value::Set(Arc::new(whole)))
}

fn union_of_sets(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let sets = sets(args)?;
    call.allocate_values(sets.iter().map(|set| set.len()).sum())?;
    Ok(Value::Set(Arc::new(sets.into_iter().flatten().cloned().collect())))
}

/// The keys that the second operand names.
fn keys(call: &mut Call<'_>, args: &[Value]) -> Result<Set, BuiltinError> {
    let given = value(args, 1);
    let keys: Set = match given {
        Value::Array(items) => items.iter().cloned().collect(),
        Value::Set(set) => set.as_ref().clone(),
        Value::Object(object) => object.keys().cloned().collect(),
        other => return Err(BuiltinError::operand_type(2, other, &["object", "set", "array"])),
    };
    call.allocate_values(keys.len())?;
    Ok(keys)
}

fn select(
    call: &mut Call<'_>,
    whole: &Object,
    takes: impl Fn(&Value) -> bool,
) -> Result<Value, BuiltinError> {
    call.allocate_values(2 * whole.len())?;
    let entries = whole.entries().iter().filter(|(key, _)| takes(key)).cloned();
    Ok(Value::Object(Arc::new(entries.collect())))
}

fn get(_: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let (whole, path, fallback) = (value(args, 0), value(args, 1), value(args, 2));
    object(args, 0)?;
    let found = match path {
        Value::Array(keys) => keys.iter().try_fold(whole, |value, key| value.get(key)),
        key => whole.get(key),
    };
    Ok(found.unwrap_or(fallback).clone())
}

/// The entries of both objects; where both have an object under a key, the union of these, else the second's.
fn union(call: &mut Call<'_>, one: &Object, two: &Object) -> Result<Object, BuiltinError> {
    call.allocate_values(2 * (one.len() + two.len()))?;
    let mut entries = Vec::with_capacity(one.len() + two.len());
    let (mut ones, mut twos) = (one.entries().iter().peekable(), two.entries().iter().peekable());
    loop {
        let order = match (ones.peek(), twos.peek()) {
            (Some((one, _)), Some((two, _))) => one.cmp(two),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (None, None) => break,
        };
        match order {
            std::cmp::Ordering::Less => entries.extend(ones.next().cloned()),
            std::cmp::Ordering::Greater => entries.extend(twos.next().cloned()),
            std::cmp::Ordering::Equal => {
                if let (Some((key, one)), Some((_, two))) = (ones.next(), twos.next()) {
                    let value = match (one, two) {
                        (Value::Object(one), Value::Object(two)) => {
                            Value::Object(Arc::new(union(call, one, two)?))
                        }
                        (_, two) => two.clone(),
                    };
                    entries.push((key.clone(), value));
                }
            }
        }
    }
    Ok(Object::from_entries(entries))
}

fn union_of_all(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let whole = value(args, 0);
    let mut result = Object::new();
    for item in array(args, 0)? {
        let Some(object) = item.as_object() else {
            return Err(BuiltinError::operand_element(1, whole, item, &["object"]));
        };
        result = union(call, &result, object)?;
    }
    Ok(Value::Object(Arc::new(result)))
}

fn subset(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    match contains_all(call, value(args, 0), value(args, 1))? {
        Some(holds) => Ok(holds.into()),
        None => match (value(args, 0), value(args, 1)) {
            (Value::Array(items), Value::Set(set)) => {
                call.charge(items.len())?;
                Ok(has_elements(items, set).into())
            }
            _ => Err(BuiltinError::Operand(
                "both arguments object.subset must be of the same type or array and set".into(),
            )),
        },
    }
}

/// Whether as many items are elements of the set as it has; an item that stands twice counts twice.
fn has_elements(items: &[Value], set: &Set) -> bool {
    let mut unmatched = set.len();
    items.iter().any(|item| {
        if set.contains(item) {
            unmatched = unmatched.saturating_sub(1);
        }
        unmatched == 0
    })
}

/// Whether one collection contains all of another of its kind; none where they are no such two.
fn contains_all(call: &mut Call<'_>, whole: &Value, part: &Value) -> Result<Option<bool>, BuiltinError> {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            call.charge(part.len())?;
            for (key, wanted) in part.entries() {
                let Some(value) = whole.get(key) else {
                    return Ok(Some(false));
                };
                if value != wanted && contains_all(call, value, wanted)? != Some(true) {
                    return Ok(Some(false));
                }
            }
            Ok(Some(true))
        }
        (Value::Set(whole), Value::Set(part)) => {
            call.charge(part.len())?;
            Ok(Some(part.iter().all(|element| whole.contains(element))))
        }
        (Value::Array(whole), Value::Array(part)) => {
            call.charge(whole.len().saturating_mul(1 + part.len() / 16))?;
            Ok(Some(has_run(whole, part)))
        }
        _ => Ok(None),
    }
}

/// Whether the items of an array stand in another one after the other.
fn has_run(whole: &[Value], part: &[Value]) -> bool {
    part.is_empty() || whole.windows(part.len()).any(|window| window == part)
}

/// The members of a collection that stands for the neighbours of a vertex.
pub(super) fn neighbours(value: &Value) -> &[Value] {
    members(value).unwrap_or_default()
}
