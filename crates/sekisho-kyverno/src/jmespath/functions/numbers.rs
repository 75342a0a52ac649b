//! Functions of numbers and lists of numbers.

use super::function::{Argument, Function, Given, Type, function, list, number, value};
use crate::jmespath::error::JmespathError;
use crate::jmespath::surroundings::Surroundings;
use crate::scalar::{parse_float, truncated};
use crate::value::Value;

pub(super) const TABLE: &[Function] = &[
    function(("abs", &[&[Type::Number]], |given, _| Ok(number(given, 0)?.abs().into()))),
    function(("ceil", &[&[Type::Number]], |given, _| Ok(number(given, 0)?.ceil().into()))),
    function(("floor", &[&[Type::Number]], |given, _| Ok(number(given, 0)?.floor().into()))),
    function(("avg", &[&[Type::Numbers]], average)),
    function(("round", &[&[Type::Number], &[Type::Number]], round)),
    function(("to_number", &[&[Type::Any]], to_number)),
];

/// The average; of nothing it is no number.
#[expect(clippy::cast_precision_loss, reason = "as Go converts")]
fn average(given: &[Argument<'_>], _: &Surroundings<'_>) -> Given {
    let items = list(given, 0)?;
    let sum: f64 = items.iter().filter_map(Value::as_number).sum();
    Ok((sum / items.len() as f64).into())
}

fn round(given: &[Argument<'_>], _: &Surroundings<'_>) -> Given {
    let (value, digits) = (number(given, 0)?, number(given, 1)?);
    let whole = truncated(digits);
    if digits.fract() != 0.0 || !digits.is_finite() {
        return Err(JmespathError::refused(
            "JMESPath function 'round': Non-integer argument(s) passed for round off",
        ));
    }
    if whole < 0 {
        return Err(JmespathError::refused(
            "JMESPath function 'round': %!d(MISSING) argument is out of bounds (%!d(MISSING))",
        ));
    }
    let shift = 10_f64.powf(digits);
    Ok(((value * shift).round() / shift).into())
}

fn to_number(given: &[Argument<'_>], _: &Surroundings<'_>) -> Given {
    match value(given, 0) {
        number @ Value::Float(_) => Ok(number),
        Value::String(text) => Ok(parse_float(&text).map_or(Value::Null, Value::Float)),
        Value::Int(_) => Err(JmespathError::refused("unknown type")),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => Ok(Value::Null),
    }
}

/// A float as a whole number, as an index is wanted.
pub(super) fn index(number: f64) -> Result<i64, String> {
    let shown = crate::value::plain_float(number);
    if !number.is_finite() || number.fract() != 0.0 {
        return Err(format!("expected an integer number but got: {shown}"));
    }
    let whole = truncated(number);
    #[expect(clippy::cast_precision_loss, clippy::float_cmp, reason = "whether it fits is the question")]
    if whole as f64 != number {
        return Err(format!("number is outside the range of integer numbers: {shown}"));
    }
    Ok(whole)
}
