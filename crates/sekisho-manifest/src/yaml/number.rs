//! Numbers as Go reads and writes them.

use super::value::Scalar;
use crate::{Value, float};

/// The number that a text beginning with a digit or a sign is, if it is one.
pub(super) fn signed_or_digit(text: &str) -> Option<Scalar<'static>> {
    if let Some(value) = small(text.as_bytes()) {
        return Some(Scalar::Int(value));
    }
    let stripped;
    let plain = if text.contains('_') {
        stripped = text.replace('_', "");
        stripped.as_str()
    } else {
        text
    };
    integer(plain).or_else(|| decimal(plain).map(Scalar::Float)).or_else(|| signed_binary(plain))
}

/// A decimal integer of few digits, the common case.
fn small(text: &[u8]) -> Option<i64> {
    match text {
        [b'0'] => Some(0),
        [b'1'..=b'9', ..] if text.len() < 18 => text
            .iter()
            .try_fold(0, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i64::from(byte - b'0'))),
        _ => None,
    }
}

/// An integer with an optional sign and base prefix; a leading 0 means octal.
fn integer(text: &str) -> Option<Scalar<'static>> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let (base, digits) = match digits.as_bytes() {
        [b'0', b'b' | b'B', _, ..] => (2, digits.get(2..)?),
        [b'0', b'o' | b'O', _, ..] => (8, digits.get(2..)?),
        [b'0', b'x' | b'X', _, ..] => (16, digits.get(2..)?),
        [b'0'] => (10, digits),
        [b'0', ..] => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    // `from_str_radix` would accept a second sign.
    if !digits.as_bytes().first()?.is_ascii_alphanumeric() {
        return None;
    }
    let value = u64::from_str_radix(digits, base).ok()?;
    if negative {
        return 0i64.checked_sub_unsigned(value).map(Scalar::Int);
    }
    match i64::try_from(value) {
        Ok(value) => Some(Scalar::Int(value)),
        Err(_) => (!text.starts_with('+')).then_some(Scalar::UInt(value)),
    }
}

/// A decimal fraction with an optional sign and exponent, if it is finite.
fn decimal(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let start = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let whole = digits(start);
    let mut end = whole;
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1);
        if whole == start && end == whole + 1 {
            return None;
        }
    } else if whole == start {
        return None;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let exponent = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        end = digits(exponent);
        if end == exponent {
            return None;
        }
    }
    if end != bytes.len() {
        return None;
    }
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// `0b+1` and `0b-1`, which Go's second try at binary numbers lets pass.
fn signed_binary(text: &str) -> Option<Scalar<'static>> {
    let digits = text.strip_prefix("0b")?;
    if !digits.starts_with(['+', '-']) {
        return None;
    }
    i64::from_str_radix(digits, 2).ok().map(Scalar::Int)
}

/// The number that a text beginning with a dot is, if it is one. Here underscores may stand between digits
/// only, while before a number that begins with a digit they may stand anywhere.
pub(super) fn dotted(text: &str) -> Option<Scalar<'static>> {
    if !text.contains('_') {
        return decimal(text).map(Scalar::Float);
    }
    let bytes = text.as_bytes();
    let between = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'_').all(|(at, _)| {
        at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(u8::is_ascii_digit)
            && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
    });
    if !between {
        return None;
    }
    decimal(&text.replace('_', "")).map(Scalar::Float)
}

/// The float nearest to an integer.
#[expect(clippy::cast_precision_loss, reason = "rounding is what the tag `!!float` asks for")]
pub(super) fn int_to_float(value: i64) -> f64 {
    value as f64
}

/// A float after its way through JSON, where one without fraction is an integer again.
pub(super) fn through_json(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e21 {
        // Beyond 2^53 the digits that are written count, not the number.
        if let Ok(integer) = float::json_text(value).parse() {
            return Value::Int(integer);
        }
    }
    Value::Float(value)
}

/// A float as the text of a key.
pub(super) fn key_text(value: f64) -> String {
    float::key_text(value).unwrap_or_else(|| if value > 0.0 { ".inf" } else { "-.inf" }.to_owned())
}
