//! Whether keys are among values. Both sides may hold wildcards.

use std::borrow::Cow;

use smol_str::SmolStr;

use crate::budget::{BudgetError, Meter};
use crate::jmespath::token::json;
use crate::scalar::{self, Operator, matches_text, operator, wildcard};
use crate::value::Value;

/// What is looked for: one text, or each of several.
enum Keys {
    One(SmolStr),
    Many(Vec<SmolStr>),
}

/// The texts of a key. Null and maps are no key.
fn keys(key: &Value) -> Option<Keys> {
    match key {
        Value::String(text) => Some(Keys::One(text.clone())),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => Some(Keys::One(key.to_plain().into())),
        Value::List(items) => Some(Keys::Many(items.iter().map(|item| item.to_plain().into()).collect())),
        Value::Null | Value::Map(_) => None,
    }
}

/// Whether any key is (or, negated, is not) among the values.
pub(super) fn any(key: &Value, value: &Value, negated: bool, meter: &Meter) -> Result<bool, BudgetError> {
    match keys(key) {
        None => Ok(false),
        Some(Keys::One(key)) => Ok(one(&key, value, meter)?.is_some_and(|found| found != negated)),
        Some(Keys::Many(keys)) => any_of(&keys, value, negated, meter),
    }
}

/// Whether all keys are (or, negated, none is) among the values.
pub(super) fn all(key: &Value, value: &Value, negated: bool, meter: &Meter) -> Result<bool, BudgetError> {
    match keys(key) {
        None => Ok(false),
        Some(Keys::One(key)) => Ok(one(&key, value, meter)?.is_some_and(|found| found != negated)),
        Some(Keys::Many(keys)) => all_of(&keys, value, negated, meter),
    }
}

/// The older operators `In` and `NotIn`: several keys are compared without wildcards.
pub(super) fn holds_in(
    key: &Value,
    value: &Value,
    negated: bool,
    meter: &Meter,
) -> Result<bool, BudgetError> {
    let keys = match keys(key) {
        None => return Ok(false),
        Some(Keys::One(key)) => {
            let found = match value {
                Value::List(items) => Some(among(&key, items, meter)?),
                Value::String(text) if wildcard(text, &key, meter)? => Some(true),
                Value::String(text) => texts_of_json(text).map(|texts| texts.contains(&key)),
                _ => None,
            };
            return Ok(found.is_some_and(|found| found != negated));
        }
        Some(Keys::Many(keys)) => keys,
    };
    let values: Option<Vec<SmolStr>> = match value {
        Value::List(items) => items.iter().map(|item| item.as_str().map(SmolStr::new)).collect(),
        Value::String(text) if matches!(keys.as_slice(), [key] if key == text) => return Ok(true),
        Value::String(text) => texts_of_json(text),
        _ => None,
    };
    let Some(values) = values else { return Ok(false) };
    let values: std::collections::HashSet<SmolStr> = values.into_iter().collect();
    meter.work(keys.len().saturating_add(values.len()))?;
    Ok(keys.iter().all(|key| values.contains(key)) != negated)
}

/// Whether one key is among the values; none where they are no list and no text.
fn one(key: &SmolStr, value: &Value, meter: &Meter) -> Result<Option<bool>, BudgetError> {
    match value {
        Value::List(items) => among(key, items, meter).map(Some),
        Value::String(text) => {
            if wildcard(text, key, meter)? {
                return Ok(Some(true));
            }
            if operator(text) == Operator::InRange {
                return in_range(key, text, meter).map(Some);
            }
            Ok(texts_of(text).map(|texts| texts.contains(key)))
        }
        _ => Ok(None),
    }
}

fn any_of(keys: &[SmolStr], value: &Value, negated: bool, meter: &Meter) -> Result<bool, BudgetError> {
    let values = match value {
        Value::List(items) => plain(items),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => vec![value.to_plain().into()],
        Value::String(text) => {
            if matches!(keys, [key] if key == text) {
                return Ok(!negated);
            }
            if operator(text) == Operator::InRange {
                let range: Cow<'_, str> =
                    if negated { text.replacen('-', "!-", 1).into() } else { text.as_str().into() };
                return exists(keys, |key| in_range(key, &range, meter));
            }
            match texts_of(text) {
                Some(texts) => texts,
                None => return Ok(false),
            }
        }
        Value::Null | Value::Map(_) => return Ok(false),
    };
    exists(keys, |key| Ok(fits_any(key, &values, meter)? != negated))
}

fn all_of(keys: &[SmolStr], value: &Value, negated: bool, meter: &Meter) -> Result<bool, BudgetError> {
    let values = match value {
        Value::List(items) => plain(items),
        Value::String(text) => {
            if matches!(keys, [key] if key == text) {
                return Ok(!negated);
            }
            if operator(text) == Operator::InRange {
                return Ok(!exists(keys, |key| Ok(in_range(key, text, meter)? == negated))?);
            }
            match texts_of(text) {
                Some(texts) => texts,
                None => return Ok(false),
            }
        }
        _ => return Ok(false),
    };
    Ok(!exists(keys, |key| Ok(fits_any(key, &values, meter)? == negated))?)
}

fn exists(
    keys: &[SmolStr],
    mut holds: impl FnMut(&SmolStr) -> Result<bool, BudgetError>,
) -> Result<bool, BudgetError> {
    for key in keys {
        if holds(key)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn plain(items: &[Value]) -> Vec<SmolStr> {
    items.iter().map(|item| item.to_plain().into()).collect()
}

fn among(key: &str, items: &[Value], meter: &Meter) -> Result<bool, BudgetError> {
    for item in items {
        let text: Cow<'_, str> = item.as_str().map_or_else(|| item.to_plain().into(), Into::into);
        if fits(key, &text, meter)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn fits_any(key: &str, values: &[SmolStr], meter: &Meter) -> Result<bool, BudgetError> {
    for value in values {
        if fits(key, value, meter)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether one of two texts is a pattern that fits the other.
fn fits(key: &str, value: &str, meter: &Meter) -> Result<bool, BudgetError> {
    meter.work(1)?;
    Ok(wildcard(value, key, meter)? || (scalar::has_wildcard(key) && wildcard(key, value, meter)?))
}

fn in_range(key: &SmolStr, range: &str, meter: &Meter) -> Result<bool, BudgetError> {
    matches_text(&Value::String(key.clone()), range, meter)
}

/// The texts of a list written as JSON; a text that is no JSON is one itself, other JSON has none.
fn texts_of(text: &str) -> Option<Vec<SmolStr>> {
    if looks_like_json(text) && json(text).is_ok() { texts_of_json(text) } else { Some(vec![text.into()]) }
}

/// The texts of a list written as JSON.
fn texts_of_json(text: &str) -> Option<Vec<SmolStr>> {
    match json(text).ok()? {
        Value::Null => Some(Vec::new()),
        Value::List(items) => items
            .iter()
            .map(|item| match item {
                Value::String(text) => Some(text.clone()),
                Value::Null => Some(SmolStr::default()),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

/// Whether a text may be JSON at all, by its first letter.
fn looks_like_json(text: &str) -> bool {
    text.trim_start()
        .starts_with(['[', '{', '"', 't', 'f', 'n', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
}
