//! Number literals.

use std::borrow::Cow;

use super::ast::Number;
use super::complex::Complex;
use super::lexer::TokenKind;
use sekisho_go::quote::{quote, unquote_character};

/// Reads a number or character literal as every kind that holds it.
pub(super) fn read_number(text: &str, kind: TokenKind) -> Result<Number, String> {
    let mut number = Number { text: text.into(), int: None, uint: None, float: None, complex: None };
    if kind == TokenKind::CharacterLiteral {
        let code = match unquote_character(text) {
            None => return Err("invalid syntax".to_owned()),
            Some(Err(())) => return Err(format!("malformed character constant: {text}")),
            Some(Ok(code)) => code,
        };
        number.int = Some(code.into());
        number.uint = Some(code.into());
        number.float = Some(code.into());
        return Ok(number);
    }
    if let Some(complex) = parse_complex(text, kind) {
        number.complex = Some(complex);
        if complex.imaginary == 0.0 {
            number.float = Some(complex.real);
            (number.int, number.uint) = integers_of(complex.real);
        }
        return Ok(number);
    }
    if kind == TokenKind::Complex {
        return Err("syntax error scanning complex number".to_owned());
    }
    number.uint = parse_uint(text);
    number.int = parse_int(text);
    if number.int == Some(0) {
        number.uint = Some(0);
    }
    #[expect(clippy::cast_precision_loss, reason = "a literal rounds to the nearest float")]
    if let Some(int) = number.int {
        number.float = Some(int as f64);
    } else if let Some(uint) = number.uint {
        number.float = Some(uint as f64);
    } else if let Some(float) = parse_float(text) {
        if !text.contains(['.', 'e', 'E', 'p', 'P']) {
            return Err(format!("integer overflow: {}", quote(text)));
        }
        number.float = Some(float);
        (number.int, number.uint) = integers_of(float);
    } else {
        return Err(format!("illegal number syntax: {}", quote(text)));
    }
    Ok(number)
}

/// The integers that a float equals.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "a float that survives the way there and back is that integer"
)]
fn integers_of(float: f64) -> (Option<i64>, Option<u64>) {
    let (signed, unsigned) = (float as i64, float as u64);
    let int = (signed as f64 == float && signed != i64::MAX).then_some(signed);
    let uint = (unsigned as f64 == float && unsigned != u64::MAX).then_some(unsigned);
    (int, uint)
}

/// Reads an unsigned integer with Go's prefixes and underscores, as far as it fits.
fn parse_uint(text: &str) -> Option<u64> {
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

/// Reads an imaginary number, or the sum of a real and an imaginary one.
fn parse_complex(text: &str, kind: TokenKind) -> Option<Complex> {
    let digits = text.strip_suffix('i')?;
    if kind != TokenKind::Complex {
        return Some(Complex { real: 0.0, imaginary: parse_float(digits)? });
    }
    let is_exponent = |at: usize| {
        let before = digits.as_bytes().get(at.wrapping_sub(1));
        let is_hexadecimal = digits.trim_start_matches(['+', '-']).to_ascii_lowercase().starts_with("0x");
        match before {
            Some(b'e' | b'E') => !is_hexadecimal,
            Some(b'p' | b'P') => true,
            _ => false,
        }
    };
    let mut signs =
        digits.char_indices().skip(1).filter(|(at, sign)| matches!(sign, '+' | '-') && !is_exponent(*at));
    let (middle, _) = signs.next()?;
    let (real, imaginary) = digits.split_at_checked(middle)?;
    Some(Complex { real: parse_float(real)?, imaginary: parse_float(imaginary)? })
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
