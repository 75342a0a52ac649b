//! Whether two values are the same, across the types that policies and resources write them in.

use sekisho_manifest::Quantity;

use super::amounts::{durations, seconds};
use crate::budget::{BudgetError, Meter};
use crate::scalar::{parse_float, parse_int, truncated, wildcard};
use crate::value::Value;

/// What comes of a comparison.
enum Verdict {
    Same(bool),
    /// The types do not fit: neither the same, nor, for [`equals`], different.
    Unfit,
    /// The key has no type that is compared.
    Nothing,
}

pub(super) fn equals(key: &Value, value: &Value, meter: &Meter) -> Result<bool, BudgetError> {
    Ok(matches!(compare(key, value, false, meter)?, Verdict::Same(true)))
}

pub(super) fn differs(key: &Value, value: &Value, meter: &Meter) -> Result<bool, BudgetError> {
    Ok(matches!(compare(key, value, true, meter)?, Verdict::Same(false) | Verdict::Unfit))
}

fn compare(key: &Value, value: &Value, negated: bool, meter: &Meter) -> Result<Verdict, BudgetError> {
    Ok(match (key, value) {
        (Value::Null, _) => Verdict::Nothing,
        (Value::Bool(key), Value::Bool(value)) => Verdict::Same(key == value),
        (Value::Int(key), value) => compare_int(*key, value),
        (Value::Float(key), value) => compare_float(*key, value),
        (Value::String(text), value) => compare_text(key, text, value, negated, meter)?,
        (Value::Map(_), Value::Map(_)) | (Value::List(_), Value::List(_)) => {
            meter.work(key.size().min(value.size()))?;
            Verdict::Same(key == value)
        }
        _ => Verdict::Unfit,
    })
}

fn compare_int(key: i64, value: &Value) -> Verdict {
    match value {
        Value::Int(value) => Verdict::Same(*value == key),
        Value::Float(value) if value.fract() == 0.0 => Verdict::Same(truncated(*value) == key),
        Value::String(text) => parse_int(text).map_or(Verdict::Unfit, |value| Verdict::Same(value == key)),
        _ => Verdict::Unfit,
    }
}

#[expect(clippy::float_cmp, reason = "the condition wants this very number")]
fn compare_float(key: f64, value: &Value) -> Verdict {
    match value {
        Value::Int(value) if key.fract() == 0.0 => Verdict::Same(truncated(key) == *value),
        Value::Float(value) => Verdict::Same(*value == key),
        Value::String(text) => parse_float(text).map_or(Verdict::Unfit, |value| Verdict::Same(value == key)),
        _ => Verdict::Unfit,
    }
}

#[expect(clippy::float_cmp, reason = "the condition wants this very span")]
fn compare_text(
    key: &Value,
    text: &str,
    value: &Value,
    negated: bool,
    meter: &Meter,
) -> Result<Verdict, BudgetError> {
    if let Some((key, value)) = durations(key, value) {
        return Ok(Verdict::Same(seconds(key) == seconds(value)));
    }
    let Value::String(wanted) = value else { return Ok(Verdict::Unfit) };
    if let Ok(quantity) = text.parse::<Quantity>()
        && !(negated && wanted.is_empty())
    {
        return Ok(wanted
            .parse::<Quantity>()
            .map_or(Verdict::Unfit, |value| Verdict::Same(value == quantity)));
    }
    Ok(Verdict::Same(wildcard(wanted, text, meter)?))
}
