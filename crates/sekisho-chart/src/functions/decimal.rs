//! Decimal numbers of any length, in which Helm adds, multiplies and divides floats.

use std::cmp::Ordering;

use crate::call::Call;
use crate::error::BudgetError;

/// How many digits behind the point a quotient has.
const DIVISION_PRECISION: i64 = 16;

/// A decimal number: digits times a power of ten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decimal {
    is_negative: bool,
    /// From the last digit to the first, which is not 0. Empty for 0.
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    /// The number with the fewest digits that stands for a float; none for what is no number or infinite.
    pub(super) fn of(float: f64) -> Option<Self> {
        if !float.is_finite() {
            return None;
        }
        let shown = format!("{float:e}");
        let (mantissa, exponent) = shown.split_once('e')?;
        let fraction = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let digits = mantissa.bytes().rev().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
        let exponent = exponent.parse::<i64>().ok()? - i64::try_from(fraction).ok()?;
        Some(Self { is_negative: float < 0.0, digits, exponent }.trimmed())
    }

    /// The nearest float.
    pub(super) fn to_float(&self) -> f64 {
        let digits: String = self.digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect();
        let sign = if self.is_negative { "-" } else { "" };
        let digits = if digits.is_empty() { "0" } else { &digits };
        format!("{sign}{digits}e{}", self.exponent).parse().unwrap_or(0.0)
    }

    pub(super) fn add(&self, other: &Self, call: &mut Call<'_>) -> Result<Self, BudgetError> {
        let exponent = self.common_exponent(other);
        let one = self.digits_at(exponent, call)?;
        let two = other.digits_at(exponent, call)?;
        let (is_negative, digits) = if self.is_negative == other.is_negative {
            (self.is_negative, sum(&one, &two))
        } else if compare(&one, &two) == Ordering::Less {
            (other.is_negative, difference(&two, &one))
        } else {
            (self.is_negative, difference(&one, &two))
        };
        Ok(Self { is_negative, digits, exponent }.trimmed())
    }

    pub(super) fn subtract(&self, other: &Self, call: &mut Call<'_>) -> Result<Self, BudgetError> {
        let negated = Self { is_negative: !other.is_negative, ..other.clone() };
        self.add(&negated, call)
    }

    pub(super) fn multiply(&self, other: &Self, call: &mut Call<'_>) -> Result<Self, BudgetError> {
        charge(call, self.digits.len(), other.digits.len())?;
        let mut places = vec![0_u64; self.digits.len() + other.digits.len()];
        for (at, one) in self.digits.iter().enumerate() {
            for (place, two) in places.iter_mut().skip(at).zip(&other.digits) {
                *place += u64::from(*one) * u64::from(*two);
            }
        }
        Ok(Self {
            is_negative: self.is_negative != other.is_negative,
            digits: carried(places),
            exponent: self.exponent + other.exponent,
        }
        .trimmed())
    }

    /// The quotient, rounded to 16 digits behind the point, half away from 0; none where `other` is 0.
    pub(super) fn divide(&self, other: &Self, call: &mut Call<'_>) -> Result<Option<Self>, BudgetError> {
        if other.digits.is_empty() {
            return Ok(None);
        }
        let shift = self.exponent - other.exponent + DIVISION_PRECISION;
        let dividend = shifted(&self.digits, shift, call)?;
        let divisor = shifted(&other.digits, -shift, call)?;
        charge(call, dividend.len(), divisor.len())?;
        let mut quotient = vec![0_u8; dividend.len()];
        let mut rest: Vec<u8> = Vec::new();
        for (place, digit) in quotient.iter_mut().zip(&dividend).rev() {
            rest.insert(0, *digit);
            trim(&mut rest);
            while compare(&rest, &divisor) != Ordering::Less {
                rest = difference(&rest, &divisor);
                *place += 1;
            }
        }
        trim(&mut quotient);
        if compare(&sum(&rest, &rest), &divisor) != Ordering::Less {
            quotient = sum(&quotient, &[1]);
        }
        let is_negative = self.is_negative != other.is_negative;
        Ok(Some(Self { is_negative, digits: quotient, exponent: -DIVISION_PRECISION }.trimmed()))
    }

    fn common_exponent(&self, other: &Self) -> i64 {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, _) => other.exponent,
            (_, true) => self.exponent,
            _ => self.exponent.min(other.exponent),
        }
    }

    /// The digits of the number as a multiple of a power of ten that is not above its own.
    fn digits_at(&self, exponent: i64, call: &mut Call<'_>) -> Result<Vec<u8>, BudgetError> {
        if self.digits.is_empty() {
            return Ok(Vec::new());
        }
        shifted(&self.digits, self.exponent - exponent, call)
    }

    /// The same number without zeros at its ends.
    fn trimmed(mut self) -> Self {
        trim(&mut self.digits);
        let zeros = self.digits.iter().take_while(|digit| **digit == 0).count();
        self.digits.drain(..zeros);
        self.exponent += i64::try_from(zeros).unwrap_or(0);
        if self.digits.is_empty() {
            return Self { is_negative: false, digits: Vec::new(), exponent: 0 };
        }
        self
    }
}

/// The work of handling each digit of one number for each of another.
fn charge(call: &mut Call<'_>, one: usize, two: usize) -> Result<(), BudgetError> {
    call.charge((one as u64).saturating_mul(two as u64) / 64)
}

/// The digits times a power of ten; as they are where the power is not above 0.
fn shifted(digits: &[u8], power: i64, call: &mut Call<'_>) -> Result<Vec<u8>, BudgetError> {
    let zeros = usize::try_from(power).unwrap_or(0);
    call.allocate(zeros.saturating_add(digits.len()))?;
    let mut shifted = vec![0; zeros];
    shifted.extend_from_slice(digits);
    Ok(shifted)
}

fn trim(digits: &mut Vec<u8>) {
    while digits.last() == Some(&0) {
        digits.pop();
    }
}

fn compare(one: &[u8], two: &[u8]) -> Ordering {
    one.len().cmp(&two.len()).then_with(|| one.iter().rev().cmp(two.iter().rev()))
}

fn sum(one: &[u8], two: &[u8]) -> Vec<u8> {
    let length = one.len().max(two.len()) + 1;
    let digit = |digits: &[u8], at: usize| u64::from(digits.get(at).copied().unwrap_or(0));
    carried((0..length).map(|at| digit(one, at) + digit(two, at)).collect())
}

/// The difference of two numbers of which the first is not the smaller one.
fn difference(one: &[u8], two: &[u8]) -> Vec<u8> {
    let mut borrowed = 0;
    let mut digits: Vec<u8> = one
        .iter()
        .enumerate()
        .map(|(at, digit)| {
            let taken = two.get(at).copied().unwrap_or(0) + borrowed;
            borrowed = u8::from(*digit < taken);
            digit + 10 * borrowed - taken
        })
        .collect();
    trim(&mut digits);
    digits
}

/// Digits of places that may hold more than 9.
fn carried(places: Vec<u64>) -> Vec<u8> {
    let mut carry = 0;
    let mut digits: Vec<u8> = Vec::with_capacity(places.len() + 1);
    for place in places {
        carry += place;
        digits.push(u8::try_from(carry % 10).unwrap_or(0));
        carry /= 10;
    }
    while carry > 0 {
        digits.push(u8::try_from(carry % 10).unwrap_or(0));
        carry /= 10;
    }
    trim(&mut digits);
    digits
}
