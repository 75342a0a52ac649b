//! Number literals.

use sekisho_go::quote::{quote, unquote_character};

use super::ast::Number;
use super::lexer::TokenKind;
use crate::operation::complex::Complex;
use crate::operation::number::{parse_float, parse_int, parse_uint};

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
