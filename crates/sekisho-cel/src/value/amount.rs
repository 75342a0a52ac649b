//! Amounts of resources, as the API server holds them.

use sekisho_manifest::{Quantity, QuantityStyle};

/// An amount, and how the API server holds it: as a whole number times a power of ten, if it does so.
///
/// Only such an amount is ever a whole number to it, and not even all of these: `1.0` is none.
#[derive(Debug, Clone, Copy)]
pub struct Amount {
    /// The amount.
    pub quantity: Quantity,
    held: Option<(i64, i32)>,
    /// The power of ten of its last digit, as it is held.
    exponent: i32,
    /// Whether it is a sum or a difference. The API server compares such an amount with another, but no other
    /// with it: `a == b.add(c)` is an error there.
    computed: bool,
}

/// The power of ten of amounts that are read digit by digit.
const READ_EXPONENT: i32 = -9;

impl Amount {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (held, quantity) = (held(text), text.parse::<Quantity>().ok()?);
        // Amounts with binary suffixes that are too large become the largest, which is held as it is.
        let is_largest = text.ends_with('i') && quantity.value().is_some_and(|value| value.abs() == i64::MAX);
        let exponent = match held {
            Some((_, scale)) => scale,
            None if is_largest => 0,
            None => READ_EXPONENT,
        };
        Some(Self { quantity, held, exponent, computed: false })
    }

    pub(crate) fn whole(value: i64) -> Self {
        let quantity = Quantity::new(value, QuantityStyle::Exponent);
        Self { quantity, held: Some((value, 0)), exponent: 0, computed: false }
    }

    pub(crate) fn combine(self, other: Self, negated: bool) -> Option<Self> {
        let sum = |(value, scale): (i64, i32), (more, other_scale): (i64, i32)| {
            // The least number has no negative: it stays what it is.
            let more = if negated { more.wrapping_neg() } else { more };
            match (value, more) {
                (_, 0) => return Some((value, scale)),
                (0, _) => return Some((more, other_scale)),
                _ => {}
            }
            let lowest = scale.min(other_scale);
            let raise = |value: i64, scale: i32| {
                value.checked_mul(10_i64.checked_pow(u32::try_from(scale.checked_sub(lowest)?).ok()?)?)
            };
            Some((raise(value, scale)?.checked_add(raise(more, other_scale)?)?, lowest))
        };
        let held = self.held.zip(other.held).and_then(|(one, other)| sum(one, other));
        let (quantity, exponent) = match held {
            Some((value, scale)) => {
                (Quantity::from_parts(i128::from(value), scale, QuantityStyle::Exponent), scale)
            }
            None if negated => (self.quantity.checked_sub(other.quantity), self.exponent.min(other.exponent)),
            None => (self.quantity.checked_add(other.quantity), self.exponent.min(other.exponent)),
        };
        Some(Self { quantity: quantity?, held, exponent, computed: true })
    }

    /// Whether the API server cannot tell if another amount equals it.
    pub(crate) fn is_computed(&self) -> bool {
        self.computed
    }

    /// The float that the API server makes of it: the digits as one number, times a power of ten.
    pub(crate) fn approximate(self) -> f64 {
        let (mantissa, scale) = self.quantity.parts();
        let power = |exponent: i32| format!("1e{exponent}").parse().unwrap_or(f64::NAN);
        let digits: f64 =
            format!("{mantissa}e{}", scale.saturating_sub(self.exponent)).parse().unwrap_or(f64::NAN);
        if self.exponent == 0 { digits } else { digits * power(self.exponent) }
    }

    /// The whole number that the API server takes it for.
    pub(crate) fn integer(self) -> Option<i64> {
        let (value, scale) = self.held?;
        let scale = u32::try_from(scale).ok()?;
        if value == 0 { Some(0) } else { value.checked_mul(10_i64.checked_pow(scale)?) }
    }
}

/// A text as a whole number times a power of ten, where the API server holds it so.
fn held(text: &str) -> Option<(i64, i32)> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (whole, rest) = unsigned.split_at(digits(unsigned));
    let significant = whole.trim_start_matches('0');
    let whole = if significant.is_empty() { "0" } else { significant };
    let fraction = rest.strip_prefix('.').unwrap_or("");
    let fraction = fraction.get(..digits(fraction)).unwrap_or("");
    let suffix = rest.strip_prefix('.').map_or(rest, |behind| behind.get(fraction.len()..).unwrap_or(""));
    let (scale, factor, precision) = scale_of(suffix, whole.len(), fraction.len())?;
    let scale = scale.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    if precision < 0 || scale < -9 {
        return None;
    }
    let value = format!("{whole}{fraction}").parse::<i64>().ok()?.checked_mul(factor)?;
    Some((if negative { -value } else { value }, scale))
}

/// The power of ten and the factor of a suffix, and how many digits are to spare.
fn scale_of(suffix: &str, whole: usize, fraction: usize) -> Option<(i32, i64, i64)> {
    let digits = i64::try_from(whole + fraction).ok()?;
    let decimal = match suffix {
        "n" => -9,
        "u" => -6,
        "m" => -3,
        "" => 0,
        "k" => 3,
        "M" => 6,
        "G" => 9,
        "T" => 12,
        "P" => 15,
        "E" => 18,
        other => {
            if let Some(exponent) = other.strip_prefix(['e', 'E']) {
                exponent.parse().ok()?
            } else {
                let place = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].iter().position(|known| *known == other)?;
                let power = 10 * (i64::try_from(place).ok()? + 1);
                let spare = if fraction > 0 { -1 } else { 14 - i64::try_from(whole).ok()? - power * 3 / 10 };
                return Some((0, 1_i64.checked_shl(u32::try_from(power).ok()?)?, spare));
            }
        }
    };
    Some((decimal, 1, 18 - digits))
}
