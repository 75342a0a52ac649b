//! Binary floating point with a mantissa of 64 bits, in which OPA computes with numbers that are no integers.
//!
//! Every result is rounded to the nearest number, ties to even, and printed with as few digits as tell it
//! from its neighbours.

use std::cmp::Ordering;

use num_bigint::{BigInt, BigUint, Sign};
use num_traits::{ToPrimitive, Zero};

use super::decimal::{MAX_BITS, NumberError, ten_to};

/// A finite number: mantissa × 2^exponent, with a sign also for 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Real {
    negative: bool,
    /// The highest bit is set, unless the number is 0.
    mantissa: u64,
    exponent: i64,
}

impl Real {
    pub(crate) const ZERO: Self = Self { negative: false, mantissa: 0, exponent: 0 };
    pub(crate) const ONE: Self = Self { negative: false, mantissa: 1 << 63, exponent: -63 };
    const HALF: Self = Self { negative: false, mantissa: 1 << 63, exponent: -64 };

    pub(crate) fn from_i64(value: i64) -> Self {
        Self::rounded(value < 0, u128::from(value.unsigned_abs()), 0, false)
    }

    /// The nearest number to digits × 10^exponent.
    pub(crate) fn from_decimal(negative: bool, digits: &BigUint, exponent: i64) -> Self {
        if digits.is_zero() {
            return Self { negative, ..Self::ZERO };
        }
        let power = ten_to(exponent.unsigned_abs());
        if exponent >= 0 {
            return Self::from_big(negative, &(digits * power), 0, false);
        }
        // As many bits in front that the quotient has at least 66.
        let lack = (66 + power.bits()).saturating_sub(digits.bits());
        let shifted = digits << lack;
        let (quotient, rest) = (&shifted / &power, &shifted % &power);
        let lack = i64::try_from(lack).unwrap_or(i64::MAX);
        Self::from_big(negative, &quotient, -lack, !rest.is_zero())
    }

    fn from_big(negative: bool, value: &BigUint, exponent: i64, rest: bool) -> Self {
        let excess = value.bits().saturating_sub(127);
        let top = value >> excess;
        let lost = excess > 0 && (value.trailing_zeros().unwrap_or(0) < excess);
        let excess = i64::try_from(excess).unwrap_or(i64::MAX);
        Self::rounded(negative, top.to_u128().unwrap_or(0), exponent + excess, rest || lost)
    }

    /// Rounds to 64 bits; `rest` says that the value is somewhat above.
    fn rounded(negative: bool, value: u128, exponent: i64, rest: bool) -> Self {
        Self::rounded_to(64, negative, value, exponent, rest)
    }

    /// Rounds to so many bits, at most 64.
    fn rounded_to(precision: u32, negative: bool, value: u128, exponent: i64, rest: bool) -> Self {
        if value == 0 {
            return Self { negative, ..Self::ZERO };
        }
        let excess = i64::from(128 - precision) - i64::from(value.leading_zeros());
        let spare = 64 - precision;
        if excess <= 0 {
            let shift = excess.unsigned_abs() + u64::from(spare);
            let mantissa = u64::try_from(value << shift).unwrap_or(u64::MAX);
            return Self { negative, mantissa, exponent: exponent + excess - i64::from(spare) };
        }
        let mut exponent = exponent + excess;
        let mut mantissa = value >> excess;
        let half = 1_u128 << (excess - 1);
        let below = value & ((1_u128 << excess) - 1);
        let up = match below.cmp(&half) {
            Ordering::Greater => true,
            Ordering::Equal => rest || mantissa & 1 == 1,
            Ordering::Less => false,
        };
        if up {
            mantissa += 1;
            if mantissa >> precision != 0 {
                mantissa >>= 1;
                exponent += 1;
            }
        }
        let mantissa = u64::try_from(mantissa << spare).unwrap_or(u64::MAX);
        Self { negative, mantissa, exponent: exponent - i64::from(spare) }
    }

    pub(crate) fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    pub(crate) fn negated(self) -> Self {
        Self { negative: !self.negative, ..self }
    }

    pub(crate) fn absolute(self) -> Self {
        Self { negative: false, ..self }
    }

    pub(crate) fn add(self, other: Self) -> Self {
        if self.is_zero() && other.is_zero() {
            return Self { negative: self.negative && other.negative, ..Self::ZERO };
        }
        if self.is_zero() {
            return other;
        }
        if other.is_zero() {
            return self;
        }
        let (large, small) = if (self.exponent, self.mantissa) >= (other.exponent, other.mantissa) {
            (self, other)
        } else {
            (other, self)
        };
        let (one, base) = (u128::from(large.mantissa) << 63, large.exponent - 63);
        let distance = large.exponent - small.exponent;
        let raised = u128::from(small.mantissa) << 63;
        let (two, rest) = match u32::try_from(distance) {
            Ok(distance) if distance < 127 => (raised >> distance, raised & ((1_u128 << distance) - 1) != 0),
            _ => (0, true),
        };
        if large.negative == small.negative {
            return Self::rounded(large.negative, one + two, base, rest);
        }
        if one == two && !rest {
            return Self::ZERO;
        }
        // What was shifted out is taken off: one less, and something above it.
        Self::rounded(large.negative, one - two - u128::from(rest), base, rest)
    }

    pub(crate) fn subtract(self, other: Self) -> Self {
        if self.is_zero() && other.is_zero() {
            return Self { negative: self.negative && !other.negative, ..Self::ZERO };
        }
        self.add(other.negated())
    }

    pub(crate) fn multiply(self, other: Self) -> Self {
        let negative = self.negative != other.negative;
        let product = u128::from(self.mantissa) * u128::from(other.mantissa);
        Self::rounded(negative, product, self.exponent + other.exponent, false)
    }

    /// The product with 53 bits, as OPA multiplies the members of a collection.
    pub(crate) fn multiply_short(self, other: Self) -> Self {
        let negative = self.negative != other.negative;
        let product = u128::from(self.mantissa) * u128::from(other.mantissa);
        Self::rounded_to(53, negative, product, self.exponent + other.exponent, false)
    }

    /// The quotient; none for a divisor of 0.
    pub(crate) fn divide(self, other: Self) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        let negative = self.negative != other.negative;
        let divisor = u128::from(other.mantissa);
        let dividend = u128::from(self.mantissa) << 64;
        let (quotient, rest) = (dividend / divisor, dividend % divisor);
        // One bit more, for rounding where the quotient has but 64.
        let (bit, rest) = if rest << 1 >= divisor { (1, (rest << 1) - divisor) } else { (0, rest << 1) };
        let exponent = self.exponent - other.exponent - 65;
        Some(Self::rounded(negative, (quotient << 1) | bit, exponent, rest != 0))
    }

    fn is_integer(self) -> bool {
        self.is_zero() || self.exponent + i64::from(self.mantissa.trailing_zeros()) >= 0
    }

    /// The integer that this is; none where it has a fraction.
    pub(crate) fn exact_integer(self) -> Option<BigInt> {
        self.is_integer().then(|| self.truncated())
    }

    /// The integer below in size.
    pub(crate) fn truncated(self) -> BigInt {
        let sign = if self.negative { Sign::Minus } else { Sign::Plus };
        let size = if self.exponent >= 0 {
            BigUint::from(self.mantissa) << self.exponent.unsigned_abs().min(4 * MAX_BITS)
        } else {
            BigUint::from(self.mantissa.checked_shr(shift(self.exponent)).unwrap_or(0))
        };
        BigInt::from_biguint(sign, size)
    }

    /// The nearest integer, halves away from 0.
    pub(crate) fn round(self) -> BigInt {
        if self.negative { self.subtract(Self::HALF).truncated() } else { self.add(Self::HALF).truncated() }
    }

    /// The integer above; of what lies between -1 and 0 OPA says 1.
    pub(crate) fn ceil(self) -> BigInt {
        let whole = self.truncated();
        if whole.sign() == Sign::Minus || self.is_integer() { whole } else { whole + 1 }
    }

    /// The integer below; of what lies between -1 and 0 OPA says 0.
    pub(crate) fn floor(self) -> BigInt {
        let whole = self.truncated();
        if whole.sign() != Sign::Minus || self.is_integer() { whole } else { whole - 1 }
    }

    /// The text of the number with as few digits as tell it from others of so many bits.
    ///
    /// # Errors
    /// Where it is larger or smaller than a number may be.
    pub(super) fn to_text(self, precision: u32) -> Result<String, NumberError> {
        let size = self.exponent + 64;
        if !self.is_zero() && size.unsigned_abs() > MAX_BITS {
            return Err(NumberError::TooBig);
        }
        let minus = if self.negative { "-" } else { "" };
        if self.is_zero() {
            return Ok(format!("{minus}0"));
        }
        let (digits, point) = self.shortest(precision);
        let text = if self.is_integer() {
            // All digits stand before the point.
            format!("{digits:0<width$}", width = usize::try_from(point).unwrap_or(digits.len()))
        } else if !(-3..=6).contains(&point) {
            exponent_form(&digits, point - 1)
        } else {
            plain_form(&digits, point)
        };
        Ok(format!("{minus}{text}"))
    }

    /// The shortest digits that round to this number of so many bits, and how many of them stand before the
    /// point.
    ///
    /// Digits are taken from the front until they are further from the neighbours than half the distance. A
    /// neighbour that ends is compared as if it went on with zeros, as Go does, which at times leaves the
    /// nearer of two short forms for the one below.
    fn shortest(self, precision: u32) -> (String, i64) {
        let half = BigUint::from(1_u8) << (64 - precision);
        let value = BigUint::from(self.mantissa) << 1_u8;
        let exponent = self.exponent - 1;
        let lower = Digits::of(&(&value - &half), exponent);
        let upper = Digits::of(&(&value + &half), exponent);
        let exact = Digits::of(&value, exponent);
        let inclusive = (self.mantissa >> (64 - precision)) & 1 == 0;
        for (index, digit) in exact.digits.iter().copied().enumerate() {
            let (low, high) = (lower.at(index), upper.at(index));
            let can_fall = low != digit || (inclusive && index + 1 == lower.digits.len());
            let can_rise = digit != high && (inclusive || digit + 1 < high || index + 1 < upper.digits.len());
            match (can_fall, can_rise) {
                (false, false) => {}
                (true, false) => return exact.cut(index + 1, false),
                (false, true) => return exact.cut(index + 1, true),
                (true, true) => return exact.cut(index + 1, exact.is_nearer_above(index + 1)),
            }
        }
        exact.cut(exact.digits.len(), false)
    }
}

/// The decimal digits of a number, zeros at both ends left out, and how many stand before the point.
struct Digits {
    digits: Vec<u8>,
    point: i64,
}

impl Digits {
    /// The digits of value × 2^exponent.
    fn of(value: &BigUint, exponent: i64) -> Self {
        let (whole, behind) = if exponent >= 0 {
            (value << exponent.unsigned_abs(), 0)
        } else {
            let places = u32::try_from(exponent.unsigned_abs()).unwrap_or(u32::MAX);
            (value * BigUint::from(5_u8).pow(places), i64::from(places))
        };
        let text = whole.to_string();
        let point = i64::try_from(text.len()).unwrap_or(i64::MAX) - behind;
        Self { digits: text.trim_end_matches('0').as_bytes().to_vec(), point }
    }

    fn at(&self, index: usize) -> u8 {
        self.digits.get(index).copied().unwrap_or(b'0')
    }

    /// Whether the number cut to so many digits is nearer above than below; at the half, whether that is even.
    fn is_nearer_above(&self, count: usize) -> bool {
        match self.digits.get(count..).unwrap_or_default() {
            [b'5'] => self.at(count.saturating_sub(1)) % 2 == 1,
            rest => rest.first().is_some_and(|digit| *digit >= b'5'),
        }
    }

    /// The first so many digits, the last one more where it `rises`.
    fn cut(&self, count: usize, rises: bool) -> (String, i64) {
        let mut digits = self.digits.get(..count).unwrap_or(&self.digits).to_vec();
        let mut point = self.point;
        if rises {
            while digits.last() == Some(&b'9') {
                digits.pop();
            }
            if let Some(last) = digits.last_mut() {
                *last += 1;
            } else {
                digits.push(b'1');
                point += 1;
            }
        }
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        (digits.into_iter().map(char::from).collect(), point)
    }
}

fn shift(exponent: i64) -> u32 {
    u32::try_from(exponent.unsigned_abs()).unwrap_or(u32::MAX)
}

fn exponent_form(digits: &str, exponent: i64) -> String {
    let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{point}{rest}e{sign}{:02}", exponent.unsigned_abs())
}

fn plain_form(digits: &str, point: i64) -> String {
    let Ok(before) = usize::try_from(point) else {
        let zeros = usize::try_from(point.unsigned_abs()).unwrap_or(0);
        return format!("0.{}{digits}", "0".repeat(zeros));
    };
    if before == 0 {
        return format!("0.{digits}");
    }
    match digits.split_at_checked(before) {
        Some((whole, "")) => whole.to_owned(),
        Some((whole, fraction)) => format!("{whole}.{fraction}"),
        None => format!("{digits:0<before$}"),
    }
}
