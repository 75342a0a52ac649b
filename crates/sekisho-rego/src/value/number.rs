//! Numbers: integers of 64 bits on a fast path, everything else as its decimal text, as OPA keeps them.
//!
//! A number prints as it was written (`1.50` stays `1.50`) and is equal to every number of the same value.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use num_bigint::{BigInt, Sign};
use num_traits::{ToPrimitive, Zero};
use smol_str::SmolStr;

use super::decimal::{Decimal, MAX_BITS, NumberError, Parts, ten_to};
use super::real::Real;

/// A number.
#[derive(Clone)]
pub struct Number(Form);

#[derive(Clone)]
enum Form {
    /// A number whose text is that of this integer.
    Int(i64),
    /// Any other number as it was written.
    // INVARIANT: a decimal number (sign, digits, fraction, exponent) within the limits below.
    Text(Arc<str>),
}

impl Number {
    /// Reads a number as JSON writes it.
    ///
    /// # Errors
    /// Where it is none, or larger than [`NumberError::TooBig`] says.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        if let Some(value) = canonical_integer(text) {
            return Ok(Self(Form::Int(value)));
        }
        let parts = Parts::of(text).ok_or(NumberError::Syntax)?;
        parts.check()?;
        Ok(Self(Form::Text(text.into())))
    }

    /// A number of a finite float, with as few digits as tell it from others; none for any other float.
    pub fn from_f64(value: f64) -> Option<Self> {
        value.is_finite().then(|| Self::trusted(&sekisho_manifest::float::yaml_text(value)))
    }

    /// A number of a big integer.
    ///
    /// # Errors
    /// Where it has more bits than a number may have.
    pub fn from_big(value: &BigInt) -> Result<Self, NumberError> {
        if let Some(small) = value.to_i64() {
            return Ok(Self(Form::Int(small)));
        }
        if value.bits() > MAX_BITS {
            return Err(NumberError::TooBig);
        }
        Ok(Self(Form::Text(value.to_string().into())))
    }

    /// A number of a text that was made here.
    pub(crate) fn trusted(text: &str) -> Self {
        canonical_integer(text).map_or_else(|| Self(Form::Text(text.into())), |value| Self(Form::Int(value)))
    }

    /// The integer, where the number is written as one of 64 bits; also `1.0` and `1.`, but not `1e0`, as OPA
    /// has it for indexes and counts.
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            Form::Int(value) => Some(*value),
            Form::Text(text) => loose_integer(text),
        }
    }

    /// The integer whose text the number is; none where it is written in another way.
    pub(crate) fn as_plain(&self) -> Option<i64> {
        match &self.0 {
            Form::Int(value) => Some(*value),
            Form::Text(_) => None,
        }
    }

    /// The nearest float; none where that is no finite one.
    pub fn to_f64(&self) -> Option<f64> {
        match &self.0 {
            #[expect(clippy::cast_precision_loss, reason = "the nearest float is what is asked for")]
            Form::Int(value) => Some(*value as f64),
            Form::Text(text) => text.parse().ok().filter(|float: &f64| float.is_finite()),
        }
    }

    /// The integer of any size, where the number has no fraction.
    pub fn to_big(&self) -> Option<BigInt> {
        let text = match &self.0 {
            Form::Int(value) => return Some(BigInt::from(*value)),
            Form::Text(text) => text,
        };
        let Decimal { negative, mut digits, exponent } = Parts::of(text)?.decimal();
        if digits.is_zero() {
            return Some(BigInt::ZERO);
        }
        let power = ten_to(exponent.unsigned_abs());
        if exponent >= 0 {
            digits *= power;
        } else {
            if !(&digits % &power).is_zero() {
                return None;
            }
            digits /= power;
        }
        Some(BigInt::from_biguint(if negative { Sign::Minus } else { Sign::Plus }, digits))
    }

    /// The nearest number with 64 bits, as OPA computes with numbers that are no integers.
    pub(crate) fn to_real(&self) -> Real {
        match &self.0 {
            Form::Int(value) => Real::from_i64(*value),
            Form::Text(text) => match Parts::of(text) {
                Some(parts) => {
                    let decimal = parts.decimal();
                    Real::from_decimal(parts.negative, &decimal.digits, decimal.exponent)
                }
                None => Real::ZERO,
            },
        }
    }

    /// Whether the number is written with a point or an exponent.
    pub fn is_written_as_float(&self) -> bool {
        matches!(&self.0, Form::Text(text) if text.contains(['.', 'e', 'E']))
    }

    /// The text of the number.
    pub fn to_text(&self) -> SmolStr {
        match &self.0 {
            Form::Int(value) => SmolStr::from(itoa(*value)),
            Form::Text(text) => SmolStr::new(text),
        }
    }

    /// About how many bytes the number takes beyond the value that holds it.
    pub(crate) fn extra_bytes(&self) -> usize {
        match &self.0 {
            Form::Int(_) => 0,
            Form::Text(text) => text.len(),
        }
    }

    /// Whether the number is below 0; `-0` is not.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Form::Int(value) => *value < 0,
            Form::Text(_) => *self < Self(Form::Int(0)),
        }
    }
}

fn itoa(value: i64) -> String {
    value.to_string()
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(Form::Int(value))
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Self {
        i64::try_from(value).map_or_else(|_| Self(Form::Text(value.to_string().into())), Self::from)
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        i64::try_from(value).map_or_else(|_| Self(Form::Text(value.to_string().into())), Self::from)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Int(value) => write!(f, "{value}"),
            Form::Text(text) => f.write_str(text),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Form::Int(one), Form::Int(two)) => one.cmp(two),
            (Form::Text(one), Form::Text(two)) if one == two => Ordering::Equal,
            _ => self.compare_texts(other),
        }
    }
}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Numbers that are equal have the same nearest float.
        let float = self.to_f64().unwrap_or(f64::MAX);
        (if float == 0.0 { 0.0 } else { float }).to_bits().hash(state);
    }
}

impl Number {
    #[expect(clippy::float_cmp, reason = "which floats are the same is the question")]
    fn compare_texts(&self, other: &Self) -> Ordering {
        if let (Some(one), Some(two)) = (self.as_i64(), other.as_i64()) {
            return one.cmp(&two);
        }
        let (one, two) = (self.to_text(), other.to_text());
        // OPA takes two numbers with a fraction for equal where their nearest floats are.
        if has_fraction(&one)
            && has_fraction(&two)
            && let (Some(one), Some(two)) = (self.to_f64(), other.to_f64())
            && one == two
        {
            return Ordering::Equal;
        }
        match (Parts::of(&one), Parts::of(&two)) {
            (Some(one), Some(two)) => one.compare(&two),
            _ => one.cmp(&two),
        }
    }
}

impl Real {
    /// The number with as few digits as tell it from others.
    ///
    /// # Errors
    /// Where it is larger or smaller than a number may be.
    pub(crate) fn to_number(self) -> Result<Number, NumberError> {
        self.to_number_of(64)
    }

    /// The number with as few digits as tell it from others of so many bits.
    ///
    /// # Errors
    /// Where it is larger or smaller than a number may be.
    pub(crate) fn to_number_of(self, precision: u32) -> Result<Number, NumberError> {
        Ok(Number::trusted(&self.to_text(precision)?))
    }
}

fn has_fraction(text: &str) -> bool {
    text.contains('.') && text.trim_end_matches(['.', '0']).contains('.')
}

/// The integer that is written so and in no other way.
fn canonical_integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_canonical = match digits.as_bytes() {
        [b'0'] => text.len() == 1,
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if is_canonical { text.parse().ok() } else { None }
}

/// The integer in front of a point with nothing but zeros behind it.
fn loose_integer(text: &str) -> Option<i64> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if unsigned.is_empty() || unsigned.len() > 19 {
        return None;
    }
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    if !fraction.bytes().all(|byte| byte == b'0') || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let value: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    Some(if text.starts_with('-') { -value } else { value })
}
