//! Decimal numbers: how they are written, how they compare, and how large they may be.

use std::cmp::Ordering;

use num_bigint::{BigInt, BigUint};
use num_traits::{One, Signed};

/// Why a text is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// It is none.
    #[error("invalid number: invalid float")]
    Syntax,
    /// Its exponent is above 100,000 in powers of two, or it has as many digits.
    #[error("invalid number: number too big")]
    TooBig,
}

/// The largest size of a number in bits, and the largest exponent of two.
pub(crate) const MAX_BITS: u64 = 100_000;

/// As many decimal digits, about.
const MAX_DIGITS: usize = 30_103;

/// A number as digits and a power of ten: (-1)^negative × digits × 10^exponent.
pub(super) struct Decimal {
    pub(super) negative: bool,
    pub(super) digits: BigUint,
    pub(super) exponent: i64,
}

/// The parts of a decimal number.
pub(super) struct Parts<'t> {
    pub(super) negative: bool,
    whole: &'t str,
    fraction: &'t str,
    pub(super) exponent: i64,
}

impl<'t> Parts<'t> {
    pub(super) fn of(text: &'t str) -> Option<Self> {
        let negative = text.starts_with('-');
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        Some(Self { negative, whole, fraction, exponent })
    }

    /// Whether the number is small enough to compute with.
    pub(super) fn check(&self) -> Result<(), NumberError> {
        if self.whole.len() + self.fraction.len() > MAX_DIGITS {
            return Err(NumberError::TooBig);
        }
        if self.is_zero() {
            return Ok(());
        }
        let leading = self.magnitude();
        let limit = i64::try_from(MAX_DIGITS).unwrap_or(i64::MAX);
        if leading > limit || leading < -limit { Err(NumberError::TooBig) } else { Ok(()) }
    }

    fn is_zero(&self) -> bool {
        self.whole.bytes().chain(self.fraction.bytes()).all(|byte| byte == b'0')
    }

    /// The power of ten above the first digit that is not 0.
    fn magnitude(&self) -> i64 {
        let zeros = self.whole.bytes().chain(self.fraction.bytes()).take_while(|byte| *byte == b'0').count();
        let before = i64::try_from(self.whole.len()).unwrap_or(i64::MAX);
        let zeros = i64::try_from(zeros).unwrap_or(i64::MAX);
        self.exponent.saturating_add(before).saturating_sub(zeros)
    }

    /// The digits from the first to the last that is not 0.
    fn significant(&self) -> impl Iterator<Item = u8> + use<'t> {
        let count = self.whole.len() + self.fraction.len();
        let trailing =
            self.whole.bytes().chain(self.fraction.bytes()).rev().take_while(|byte| *byte == b'0').count();
        self.whole
            .bytes()
            .chain(self.fraction.bytes())
            .take(count.saturating_sub(trailing))
            .skip_while(|byte| *byte == b'0')
    }

    pub(super) fn compare(&self, other: &Self) -> Ordering {
        match (self.is_zero(), other.is_zero()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return if other.negative { Ordering::Greater } else { Ordering::Less },
            (false, true) => return if self.negative { Ordering::Less } else { Ordering::Greater },
            (false, false) => {}
        }
        match (self.negative, other.negative) {
            (false, true) => return Ordering::Greater,
            (true, false) => return Ordering::Less,
            _ => {}
        }
        let sizes = self
            .magnitude()
            .cmp(&other.magnitude())
            .then_with(|| self.significant().cmp(other.significant()));
        if self.negative { sizes.reverse() } else { sizes }
    }

    pub(super) fn decimal(&self) -> Decimal {
        let mut digits = String::with_capacity(self.whole.len() + self.fraction.len());
        digits.push_str(self.whole);
        digits.push_str(self.fraction);
        let behind = i64::try_from(self.fraction.len()).unwrap_or(i64::MAX);
        Decimal {
            negative: self.negative,
            digits: digits.parse().unwrap_or_default(),
            exponent: self.exponent.saturating_sub(behind),
        }
    }
}

/// The exponent behind the `e`; one that is too long for 64 bits is as large as can be.
fn read_exponent(text: &str) -> Option<i64> {
    const LARGE: i64 = 1 << 40;
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let size = digits.parse().unwrap_or(LARGE).min(LARGE);
    Some(if text.starts_with('-') { -size } else { size })
}

/// A power of ten; callers pass exponents that the limits above allow.
pub(crate) fn ten_to(exponent: u64) -> BigUint {
    match u32::try_from(exponent) {
        Ok(exponent) => BigUint::from(10_u8).pow(exponent),
        Err(_) => BigUint::one(),
    }
}

/// The sign, digits and power of ten of a number.
///
/// # Errors
/// As `Number::parse`.
pub(crate) fn parse_decimal(text: &str) -> Result<(bool, BigUint, i64), NumberError> {
    let parts = Parts::of(text).ok_or(NumberError::Syntax)?;
    parts.check()?;
    let decimal = parts.decimal();
    Ok((decimal.negative, decimal.digits, decimal.exponent))
}

/// The number of bits of an integer, its sign left out.
pub(crate) fn bits(value: &BigInt) -> u64 {
    value.abs().bits()
}
