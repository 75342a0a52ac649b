//! Functions that order: the largest, the smallest, sorted lists.

use std::cmp::Ordering;

use super::function::{Argument, Function, Given, Type, function, list, reference};
use crate::jmespath::error::JmespathError;
use crate::jmespath::surroundings::Surroundings;
use crate::value::Value;

pub(super) const TABLE: &[Function] = &[
    function(("max", &[&[Type::Numbers, Type::Strings]], |given, _| best(given, Ordering::Greater))),
    function(("min", &[&[Type::Numbers, Type::Strings]], |given, _| best(given, Ordering::Less))),
    function(("max_by", &[&[Type::Array], &[Type::Reference]], |given, around| {
        best_by(given, around, Ordering::Greater)
    })),
    function(("min_by", &[&[Type::Array], &[Type::Reference]], |given, around| {
        best_by(given, around, Ordering::Less)
    })),
    function(("sort", &[&[Type::Strings, Type::Numbers]], sort)),
    function(("sort_by", &[&[Type::Array], &[Type::Reference]], sort_by)),
];

/// The order of two numbers or two texts; none where their types differ.
fn order(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Float(one), Value::Float(other)) => Some(one.partial_cmp(other).unwrap_or(Ordering::Equal)),
        (Value::String(one), Value::String(other)) => Some(one.cmp(other)),
        _ => None,
    }
}

fn best(given: &[Argument<'_>], wanted: Ordering) -> Given {
    let items = list(given, 0)?;
    let mut items = items.iter();
    let Some(mut best) = items.next() else { return Ok(Value::Null) };
    for item in items {
        if order(item, best) == Some(wanted) {
            best = item;
        }
    }
    Ok(best.clone())
}

fn best_by(given: &[Argument<'_>], around: &Surroundings<'_>, wanted: Ordering) -> Given {
    let (items, by) = (list(given, 0)?, reference(given, 1)?);
    let Some(mut best) = items.first() else { return Ok(Value::Null) };
    if items.len() == 1 {
        return Ok(best.clone());
    }
    let mut best_key = by.lenient(best, around)?;
    let kind = match best_key {
        Value::Float(_) => "number",
        Value::String(_) => "string",
        _ => return Err(JmespathError::refused("invalid type, must be number of string")),
    };
    for item in items.iter().skip(1) {
        let key = by.lenient(item, around)?;
        let order = order(&key, &best_key);
        let order = order.ok_or_else(|| JmespathError::refused(format!("invalid type, must be {kind}")))?;
        if order == wanted {
            (best, best_key) = (item, key);
        }
    }
    Ok(best.clone())
}

fn sort(given: &[Argument<'_>], around: &Surroundings<'_>) -> Given {
    let mut items = list(given, 0)?.to_vec();
    around.items(items.len())?;
    items.sort_by(|one, other| order(one, other).unwrap_or(Ordering::Equal));
    Ok(items.into())
}

fn sort_by(given: &[Argument<'_>], around: &Surroundings<'_>) -> Given {
    let (items, by) = (list(given, 0)?, reference(given, 1)?);
    if items.len() < 2 {
        return Ok(Value::List(items));
    }
    let first = match items.first() {
        Some(first) => by.lenient(first, around)?,
        None => Value::Null,
    };
    if !matches!(first, Value::Float(_) | Value::String(_)) {
        return Err(JmespathError::refused("invalid type, must be number of string"));
    }
    let mut keyed = Vec::with_capacity(items.len());
    for item in items.iter() {
        let key = match by.apply(item, around) {
            Ok(key) if order(&key, &first).is_some() => key,
            Err(JmespathError::Budget(limit)) => return Err(limit.into()),
            _ => return Err(JmespathError::refused("error in sort_by comparison")),
        };
        keyed.push((key, item.clone()));
    }
    around.items(keyed.len())?;
    keyed.sort_by(|(one, _), (other, _)| order(one, other).unwrap_or(Ordering::Equal));
    Ok(keyed.into_iter().map(|(_, item)| item).collect())
}
