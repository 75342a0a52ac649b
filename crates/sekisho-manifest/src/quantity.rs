//! Amounts of resources (`500m`, `2Gi`, `1e3`): read, compared, added and printed as the API server does.
//!
//! Values are exact decimals. Where the API server keeps more than 38 significant digits, or prints an
//! amount too large for any suffix without its exponent, this module gives an error or the honest number.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use crate::{Node, Value};

/// An amount of a resource: an exact decimal number, never finer than 10⁻⁹, and the style it was written in.
///
/// Comparison, equality and hash are of the number alone: `1Gi == 1024Mi`.
#[derive(Debug, Clone, Copy)]
pub struct Quantity {
    /// INVARIANT: below 10³⁸ in size, no multiple of ten unless zero.
    mantissa: i128,
    /// INVARIANT: at least -9; 0 where the mantissa is 0.
    scale: i32,
    style: Style,
}

/// How an amount is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Style {
    /// With the suffixes `n`, `u`, `m`, none, `k`, `M`, `G`, `T`, `P`, `E`.
    #[default]
    Decimal,
    /// With the suffixes `Ki`, `Mi`, `Gi`, `Ti`, `Pi`, `Ei`; as [`Style::Decimal`] where that loses nothing
    /// only there.
    Binary,
    /// With an exponent that is a multiple of three: `12e6`.
    Exponent,
}

/// Why a text is no amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QuantityError {
    /// Nothing is there.
    #[error(
        "an empty text is no quantity: write a number, with a suffix such as `m` or `Mi` if one is meant"
    )]
    Empty,
    /// Not a number followed by a suffix.
    #[error("`{0}` is no quantity: write a number and directly behind it a suffix, as in `500m` or `2Gi`")]
    Shape(String),
    /// A number with letters behind it that are no suffix.
    #[error(
        "`{0}` has an unknown suffix: use one of `n`, `u`, `m`, `k`, `M`, `G`, `T`, `P`, `E`, `Ki`, `Mi`, \
         `Gi`, `Ti`, `Pi`, `Ei`, or an exponent such as `e3`"
    )]
    Suffix(String),
    /// More than 38 significant digits.
    #[error("`{0}` has more than 38 significant digits: write it with a suffix")]
    Digits(String),
    /// The value is neither text nor number.
    #[error("a quantity is text or a number")]
    Type,
}

/// The suffixes of [`Style::Decimal`] and the powers of ten they stand for.
const DECIMAL: [(&str, i32); 10] =
    [("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];

/// The suffixes of [`Style::Binary`]; each stands for 1024 times the one before.
const BINARY: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/// The finest step, as a power of ten; finer amounts are rounded away from zero.
const NANO: i32 = -9;

/// The most significant digits.
const DIGITS: usize = 38;

/// The largest size of an amount that is written with a binary suffix.
const BINARY_MAXIMUM: i128 = i64::MAX as i128;

impl Quantity {
    /// Nothing at all.
    pub const ZERO: Self = Self { mantissa: 0, scale: 0, style: Style::Decimal };

    /// A whole number, in this style.
    pub fn new(value: i64, style: Style) -> Self {
        Self::normal(i128::from(value), 0, style)
    }

    /// A number of thousandths, in decimal style: `from_milli(500)` is `500m`.
    pub fn from_milli(value: i64) -> Self {
        Self::normal(i128::from(value), -3, Style::Decimal)
    }

    /// The number `mantissa × 10^scale`, rounded up to a billionth; none where it has more than 38 digits.
    pub fn from_parts(mantissa: i128, scale: i32, style: Style) -> Option<Self> {
        if mantissa.unsigned_abs() >= POWER_38 {
            return None;
        }
        let number = Self::normal(mantissa, scale, style);
        Some(if number.scale < NANO { Self::normal(number.round_up(NANO), NANO, style) } else { number })
    }

    /// The number as `mantissa × 10^scale`; the mantissa is no multiple of ten unless it is zero.
    pub fn parts(&self) -> (i128, i32) {
        (self.mantissa, self.scale)
    }

    /// Reads the amount a manifest gives: text, or a number as JSON prints it. Space around it is allowed.
    pub fn from_node(node: &Node) -> Result<Self, QuantityError> {
        match &node.value {
            Value::String(text) => text.trim().parse(),
            Value::Int(value) => Ok(Self::normal(i128::from(*value), 0, Style::Decimal)),
            Value::UInt(value) => Ok(Self::normal(i128::from(*value), 0, Style::Decimal)),
            Value::Float(value) if *value != 0.0 && !(1e-6..1e21).contains(&value.abs()) => {
                format!("{value:e}").parse()
            }
            Value::Float(value) => value.to_string().parse(),
            Value::Null => Ok(Self::ZERO),
            Value::Bool(_) | Value::Sequence(_) | Value::Mapping(_) => Err(QuantityError::Type),
        }
    }

    /// The style it was written in, and is printed in where that is exact.
    pub fn style(&self) -> Style {
        self.style
    }

    /// Whether it is nothing.
    pub fn is_zero(&self) -> bool {
        self.mantissa == 0
    }

    /// Whether it is less than nothing.
    pub fn is_negative(&self) -> bool {
        self.mantissa < 0
    }

    /// The amount in whole units, rounded away from zero; none where it does not fit.
    pub fn value(&self) -> Option<i64> {
        self.scaled(0)
    }

    /// The amount in thousandths, rounded away from zero; none where it does not fit.
    pub fn milli(&self) -> Option<i64> {
        self.scaled(-3)
    }

    /// The float that is nearest to the amount.
    pub fn approximate(&self) -> f64 {
        format!("{}e{}", self.mantissa, self.scale).parse().unwrap_or(f64::NAN)
    }

    /// The sum, in the style of the first term that is not zero; none where it has more than 38 digits.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let style = if self.is_zero() { other.style } else { self.style };
        if self.is_zero() || other.is_zero() {
            let term = if self.is_zero() { other } else { self };
            return Some(Self { style, ..term });
        }
        let scale = self.scale.min(other.scale);
        let sum = self.at_scale(scale)?.checked_add(other.at_scale(scale)?)?;
        (sum.unsigned_abs() < POWER_38).then(|| Self::normal(sum, scale, style))
    }

    /// The difference, in the style of the first term that is not zero; none where it has more than 38 digits.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.checked_add(Self { mantissa: -other.mantissa, ..other })
    }

    fn normal(mut mantissa: i128, mut scale: i32, style: Style) -> Self {
        if mantissa == 0 {
            return Self { style, ..Self::ZERO };
        }
        while mantissa % 10 == 0 {
            mantissa /= 10;
            scale = scale.saturating_add(1);
        }
        Self { mantissa, scale, style }
    }

    /// The mantissa when the scale is lowered to this one.
    fn at_scale(&self, scale: i32) -> Option<i128> {
        self.mantissa.checked_mul(power_of_ten(self.scale.checked_sub(scale)?)?)
    }

    fn scaled(&self, scale: i32) -> Option<i64> {
        let value = if self.scale >= scale { self.at_scale(scale)? } else { self.round_up(scale) };
        i64::try_from(value).ok()
    }

    /// The mantissa at a scale above its own, rounded away from zero.
    fn round_up(&self, scale: i32) -> i128 {
        let Some(divisor) = power_of_ten(scale.saturating_sub(self.scale)) else {
            return self.mantissa.signum();
        };
        let (whole, rest) = (self.mantissa / divisor, self.mantissa % divisor);
        whole + rest.signum()
    }
}

const POWER_38: u128 = 10_u128.pow(38);

/// Ten to this power; none below 0 or above 38.
fn power_of_ten(exponent: i32) -> Option<i128> {
    10_i128.checked_pow(u32::try_from(exponent).ok()?)
}

impl FromStr for Quantity {
    type Err = QuantityError;

    /// Reads an amount: sign, digits with a point, and a suffix or an exponent. As the API server has it,
    /// digits may be missing altogether: `.` and `m` are zero.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        if text.is_empty() {
            return Err(QuantityError::Empty);
        }
        let written = Written::split(text).ok_or_else(|| QuantityError::Shape(excerpt(text)))?;
        let suffix = Suffix::read(written.suffix).ok_or_else(|| QuantityError::Suffix(excerpt(text)))?;
        if written.digits().next().is_none() && !suffix.may_stand_alone() {
            return Err(QuantityError::Shape(excerpt(text)));
        }
        let size = match suffix {
            Suffix::Decimal(exponent) => written.decimal(exponent, Style::Decimal),
            Suffix::Exponent(exponent) => written.decimal(exponent, Style::Exponent),
            Suffix::Binary(power) => written.binary(power),
        };
        let size = size.ok_or_else(|| QuantityError::Digits(excerpt(text)))?;
        Ok(if written.negative { Self { mantissa: -size.mantissa, ..size } } else { size })
    }
}

/// As much of a text as an error message can hold.
fn excerpt(text: &str) -> String {
    const SHOWN: usize = 64;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text.to_owned(),
    }
}

/// The parts of an amount's text.
struct Written<'t> {
    negative: bool,
    whole: &'t str,
    fraction: &'t str,
    suffix: &'t str,
}

enum Suffix {
    /// A power of ten.
    Decimal(i32),
    /// A power of ten that was written as such.
    Exponent(i32),
    /// A power of two.
    Binary(u32),
}

impl<'t> Written<'t> {
    fn split(text: &'t str) -> Option<Self> {
        let negative = text.starts_with('-');
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let (whole, rest) = split_digits(unsigned);
        let (fraction, suffix) = rest.strip_prefix('.').map_or(("", rest), split_digits);
        let exponent = suffix.trim_start_matches(|letter| "eEinumkKMGTP".contains(letter));
        let (_, behind) = split_digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent));
        behind.is_empty().then_some(Self { negative, whole, fraction, suffix })
    }

    /// Every digit from the first of the whole part to the last of the fraction.
    fn digits(&self) -> impl DoubleEndedIterator<Item = u8> {
        self.whole.bytes().chain(self.fraction.bytes()).map(|digit| digit.saturating_sub(b'0'))
    }

    /// The size of the amount with a power of ten behind it; none where it has too many digits.
    fn decimal(&self, exponent: i32, style: Style) -> Option<Quantity> {
        let digits: Vec<u8> = self.digits().collect();
        let point = i64::try_from(self.fraction.len()).ok()?;
        size(&digits, i64::from(exponent).checked_sub(point)?, style)
    }

    /// The size of the amount times a power of two; amounts too large are cut to the largest.
    fn binary(&self, power: u32) -> Option<Quantity> {
        // Long multiplication from the last digit, so that no digit is lost however many there are.
        let mut product = Vec::with_capacity(self.whole.len() + self.fraction.len() + 19);
        let mut carry: u128 = 0;
        for digit in self.digits().rev() {
            carry += u128::from(digit) << power;
            product.push(u8::try_from(carry % 10).unwrap_or(0));
            carry /= 10;
        }
        while carry > 0 {
            product.push(u8::try_from(carry % 10).unwrap_or(0));
            carry /= 10;
        }
        product.reverse();
        let point = i64::try_from(self.fraction.len()).ok()?;
        let largest = Quantity::normal(BINARY_MAXIMUM, 0, Style::Binary);
        let size =
            size(&product, point.checked_neg()?, Style::Binary).map_or(largest, |size| size.min(largest));
        let below_one = !size.is_zero() && size < Quantity::new(1, Style::Decimal);
        Some(if below_one { Quantity { style: Style::Decimal, ..size } } else { size })
    }
}

/// The number of these decimal digits times a power of ten, rounded up to a billionth; none where that has
/// too many significant digits.
fn size(digits: &[u8], scale: i64, style: Style) -> Option<Quantity> {
    let start = digits.iter().position(|digit| *digit != 0).unwrap_or(digits.len());
    let digits = digits.get(start..).unwrap_or(&[]);
    if digits.is_empty() {
        return Some(Quantity { style, ..Quantity::ZERO });
    }
    let beyond = usize::try_from(i64::from(NANO).saturating_sub(scale)).unwrap_or(0);
    let kept = digits.len().saturating_sub(beyond);
    let (digits, cut) = digits.split_at_checked(kept).unwrap_or((digits, &[]));
    let scale = if beyond > 0 { NANO } else { i32::try_from(scale).ok()? };
    let zeros = digits.iter().rev().take_while(|digit| **digit == 0).count();
    if digits.len().saturating_sub(zeros) > DIGITS {
        return None;
    }
    let rounded = cut.iter().any(|digit| *digit != 0);
    let (digits, scale) = if rounded {
        (digits, scale)
    } else {
        let scale = scale.checked_add(i32::try_from(zeros).ok()?)?;
        (digits.get(..digits.len() - zeros).unwrap_or(&[]), scale)
    };
    let mantissa = digits
        .iter()
        .try_fold(0_i128, |sum, digit| sum.checked_mul(10)?.checked_add(i128::from(*digit)))?
        .checked_add(i128::from(rounded))?;
    (mantissa.unsigned_abs() < POWER_38).then(|| Quantity::normal(mantissa, scale, style))
}

impl Suffix {
    fn read(text: &str) -> Option<Self> {
        if let Some((_, exponent)) = DECIMAL.iter().find(|(suffix, _)| *suffix == text) {
            return Some(Self::Decimal(*exponent));
        }
        if let Some(index) = BINARY.iter().position(|suffix| *suffix == text) {
            return Some(Self::Binary(10 * (u32::try_from(index).ok()? + 1)));
        }
        text.strip_prefix(['e', 'E'])?.parse().ok().map(Self::Exponent)
    }

    /// Whether the API server takes the suffix without a digit before it for zero.
    fn may_stand_alone(&self) -> bool {
        match self {
            Self::Decimal(exponent) | Self::Exponent(exponent) => *exponent >= NANO,
            Self::Binary(power) => *power <= 40,
        }
    }
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        (self.mantissa, self.scale) == (other.mantissa, other.scale)
    }
}

impl Eq for Quantity {}

impl Hash for Quantity {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.mantissa, self.scale).hash(state);
    }
}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        let signs = self.mantissa.signum().cmp(&other.mantissa.signum());
        if signs.is_ne() || self.is_zero() {
            return signs;
        }
        let sizes = compare_sizes(*self, *other);
        if self.is_negative() { sizes.reverse() } else { sizes }
    }
}

/// Compares two amounts of the same sign, neither zero, without their signs.
fn compare_sizes(one: Quantity, other: Quantity) -> Ordering {
    let magnitude = |quantity: Quantity| {
        i64::from(quantity.mantissa.unsigned_abs().checked_ilog10().unwrap_or(0)) + i64::from(quantity.scale)
    };
    magnitude(one).cmp(&magnitude(other)).then_with(|| {
        // Of one magnitude and below 10³⁸ both: the one of the higher scale has as many digits to spare.
        let scale = one.scale.min(other.scale);
        let size = |quantity: Quantity| quantity.at_scale(scale).map_or(u128::MAX, i128::unsigned_abs);
        size(one).cmp(&size(other))
    })
}

impl fmt::Display for Quantity {
    /// Prints the canonical form: no fraction, the largest suffix that keeps the number whole.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.style {
            _ if self.is_zero() => "0".to_owned(),
            Style::Binary => self.binary_text().unwrap_or_else(|| self.decimal_text(i64::from(EXA))),
            Style::Decimal => self.decimal_text(i64::from(EXA)),
            Style::Exponent => self.decimal_text(i64::from(i32::MAX)),
        };
        f.pad(&text)
    }
}

/// The largest decimal suffix, as a power of ten.
const EXA: i32 = 18;

impl Quantity {
    /// The number at the largest multiple of three that is at most its scale and at most `largest`.
    fn decimal_text(&self, largest: i64) -> String {
        let exponent = (i64::from(self.scale).div_euclid(3) * 3).min(largest);
        let zeros = usize::try_from(i64::from(self.scale) - exponent).unwrap_or(0);
        let suffix = match self.style {
            Style::Exponent if exponent == 0 => String::new(),
            Style::Exponent => format!("e{exponent}"),
            Style::Decimal | Style::Binary => DECIMAL
                .iter()
                .find(|(_, power)| i64::from(*power) == exponent)
                .map_or_else(String::new, |(suffix, _)| (*suffix).to_owned()),
        };
        format!("{}{}{suffix}", self.mantissa, "0".repeat(zeros))
    }

    /// The number with a binary suffix; none where it is no whole number of at least 1024.
    fn binary_text(&self) -> Option<String> {
        let mut whole = self.at_scale(0)?;
        if whole.unsigned_abs() < 1024 {
            return None;
        }
        let mut suffix = "";
        for next in BINARY {
            if whole % 1024 != 0 {
                break;
            }
            whole /= 1024;
            suffix = next;
        }
        Some(format!("{whole}{suffix}"))
    }
}
