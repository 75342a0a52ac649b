//! Numbers as Go reads them.

use std::borrow::Cow;
/// Reads an unsigned integer with Go's prefixes and underscores, as far as it fits.
pub(crate) fn parse_uint(text: &str) -> Option<u64> {
    let (digits, radix, is_prefixed) = match text.as_bytes() {
        [b'0', b'x' | b'X', digits @ ..] => (digits, 16, true),
        [b'0', b'b' | b'B', digits @ ..] => (digits, 2, true),
        [b'0', b'o' | b'O', digits @ ..] => (digits, 8, true),
        [b'0', digits @ ..] if !digits.is_empty() => (digits, 8, true),
        digits => (digits, 10, false),
    };
    let (mut value, mut after_digit, mut is_empty) = (0_u64, is_prefixed, true);
    for byte in digits {
        if *byte == b'_' {
            // An underscore stands between digits, or between a prefix and a digit.
            if !after_digit {
                return None;
            }
            after_digit = false;
            continue;
        }
        let digit = char::from(*byte).to_digit(radix)?;
        value = value.checked_mul(u64::from(radix))?.checked_add(u64::from(digit))?;
        (after_digit, is_empty) = (true, false);
    }
    (after_digit && !is_empty).then_some(value)
}

/// Reads a signed integer with Go's prefixes and underscores.
pub(crate) fn parse_int(text: &str) -> Option<i64> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let value = parse_uint(unsigned)?;
    if negative { 0_i64.checked_sub_unsigned(value) } else { i64::try_from(value).ok() }
}

/// Whether each underscore stands between digits, or between a prefix and a digit.
fn has_good_underscores(text: &str) -> bool {
    let unsigned = text.trim_start_matches(['+', '-']);
    let is_prefixed = unsigned.len() > 1
        && unsigned.starts_with('0')
        && unsigned.get(1..2).is_some_and(|mark| "xXoObB".contains(mark));
    let digits = if is_prefixed { unsigned.get(2..).unwrap_or("") } else { unsigned };
    let is_hexadecimal = is_prefixed && unsigned.get(1..2).is_some_and(|mark| "xX".contains(mark));
    let mut after_digit = is_prefixed;
    let mut after_underscore = false;
    for sign in digits.chars() {
        let is_digit = if is_hexadecimal { sign.is_ascii_hexdigit() } else { sign.is_ascii_digit() };
        if sign == '_' && !after_digit || after_underscore && !is_digit {
            return false;
        }
        after_underscore = sign == '_';
        after_digit = is_digit;
    }
    !after_underscore
}

/// Reads a float, in hexadecimal too.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    let mut plain = Cow::Borrowed(text);
    if text.contains('_') {
        if !has_good_underscores(text) {
            return None;
        }
        plain = text.replace('_', "").into();
    }
    let (negative, unsigned) = match plain.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let value = if unsigned.starts_with("0x") || unsigned.starts_with("0X") {
        parse_hexadecimal_float(unsigned.get(2..)?)?
    } else {
        if !unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
            return None;
        }
        unsigned.parse::<f64>().ok().filter(|value| value.is_finite())?
    };
    Some(if negative { -value } else { value })
}

fn parse_hexadecimal_float(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once(['p', 'P'])?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut value = 0.0_f64;
    for digit in whole.chars().chain(fraction.chars()) {
        value = value * 16.0 + f64::from(digit.to_digit(16)?);
    }
    let exponent: i32 = exponent.parse().ok()?;
    let scale = exponent.checked_sub(i32::try_from(fraction.len()).ok()?.checked_mul(4)?)?;
    let value = value * 2.0_f64.powi(scale);
    (value.is_finite() && !(whole.is_empty() && fraction.is_empty())).then_some(value)
}
