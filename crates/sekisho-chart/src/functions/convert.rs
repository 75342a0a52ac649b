//! Values as numbers, by the rules that Helm's functions follow (those of the Go library `spf13/cast`): what
//! is no number counts as 0.

use crate::operation::number;
use crate::value::{Data, IntType, Value};

/// A value as an integer.
///
/// Floats lose their fraction. Texts are read with Go's prefixes, so `0x1F` and `017` are numbers and `1.5`
/// and `08` are not; zeros behind a point are let go.
pub(super) fn to_int(value: &Value) -> i64 {
    match &value.data {
        Data::Bool(value) => i64::from(*value),
        // A duration is of no type that the conversion knows.
        Data::Int(_, IntType::Duration) => 0,
        Data::Int(value, _) => *value,
        Data::Uint(value, _) => value.cast_signed(),
        Data::Float(value) => truncate(*value),
        Data::Text(text) => {
            text.as_str().and_then(|text| number::parse_int(without_zero_fraction(text))).unwrap_or(0)
        }
        _ => 0,
    }
}

/// A value as a float.
#[expect(clippy::cast_precision_loss, reason = "Go rounds to the nearest float too")]
pub(super) fn to_float(value: &Value) -> f64 {
    match &value.data {
        Data::Bool(value) => f64::from(u8::from(*value)),
        Data::Int(_, IntType::Duration) => 0.0,
        Data::Int(value, _) => *value as f64,
        Data::Uint(value, _) => *value as f64,
        Data::Float(value) => *value,
        Data::Text(text) => text.as_str().and_then(parse_float).unwrap_or(0.0),
        _ => 0.0,
    }
}

/// A float without its fraction, as the processors that Helm runs on do it: what does not fit becomes the
/// smallest integer.
#[expect(clippy::cast_possible_truncation, reason = "what does not fit was taken out before")]
pub(super) fn truncate(value: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&value) { value as i64 } else { i64::MIN }
}

/// Reads a float as Go's `strconv.ParseFloat` does, where it is in range.
pub(super) fn parse_float(text: &str) -> Option<f64> {
    let (sign, unsigned) = match text.as_bytes().first() {
        Some(b'-') => (-1.0, text.get(1..)?),
        Some(b'+') => (1.0, text.get(1..)?),
        _ => (1.0, text),
    };
    if unsigned.eq_ignore_ascii_case("inf") || unsigned.eq_ignore_ascii_case("infinity") {
        return Some(sign * f64::INFINITY);
    }
    if text.eq_ignore_ascii_case("nan") {
        return Some(f64::NAN);
    }
    if unsigned.starts_with(['+', '-']) {
        return None;
    }
    number::parse_float(text)
}

/// Lets go of zeros behind a point at the end: `12.00` becomes `12`, `.0` nothing.
fn without_zero_fraction(text: &str) -> &str {
    match text.trim_end_matches('0') {
        trimmed if trimmed.len() < text.len() => trimmed.strip_suffix('.').unwrap_or(text),
        _ => text,
    }
}
