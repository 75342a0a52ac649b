//! Amounts of resources.

use std::cmp::Ordering;

use sekisho_manifest::{Quantity, QuantityStyle};

use super::Given;
use crate::budget::Meter;
use crate::error::Failure;
use crate::types::declaration::Form::{Global, Member};
use crate::types::declaration::Line;
use crate::value::{Opaque, Value};

pub(crate) const TABLE: &[Line] = &[
    ("quantity", Global, "string_to_quantity", "string -> kubernetes.Quantity", quantity),
    ("isQuantity", Global, "is_quantity_string", "string -> bool", is_quantity),
    ("sign", Global, "quantity_sign", "kubernetes.Quantity -> int", sign),
    (
        "isGreaterThan",
        Member,
        "quantity_is_greater_than",
        "kubernetes.Quantity, kubernetes.Quantity -> bool",
        is_greater_than,
    ),
    (
        "isLessThan",
        Member,
        "quantity_is_less_than",
        "kubernetes.Quantity, kubernetes.Quantity -> bool",
        is_less_than,
    ),
    (
        "compareTo",
        Member,
        "quantity_compare_to",
        "kubernetes.Quantity, kubernetes.Quantity -> int",
        compare_to,
    ),
    ("asApproximateFloat", Member, "quantity_get_float", "kubernetes.Quantity -> double", as_float),
    ("asInteger", Member, "quantity_get_int", "kubernetes.Quantity -> int", as_integer),
    ("isInteger", Member, "quantity_is_integer", "kubernetes.Quantity -> bool", is_integer),
    ("add", Member, "quantity_add", "kubernetes.Quantity, kubernetes.Quantity -> kubernetes.Quantity", add),
    ("add", Member, "quantity_add_int", "kubernetes.Quantity, int -> kubernetes.Quantity", add),
    ("sub", Member, "quantity_sub", "kubernetes.Quantity, kubernetes.Quantity -> kubernetes.Quantity", sub),
    ("sub", Member, "quantity_sub_int", "kubernetes.Quantity, int -> kubernetes.Quantity", sub),
];

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
    fn parse(text: &str) -> Option<Self> {
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

    fn whole(value: i64) -> Self {
        let quantity = Quantity::new(value, QuantityStyle::Exponent);
        Self { quantity, held: Some((value, 0)), exponent: 0, computed: false }
    }

    fn combine(self, other: Self, negated: bool) -> Option<Self> {
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
    fn approximate(self) -> f64 {
        let (mantissa, scale) = self.quantity.parts();
        let power = |exponent: i32| format!("1e{exponent}").parse().unwrap_or(f64::NAN);
        let digits: f64 =
            format!("{mantissa}e{}", scale.saturating_sub(self.exponent)).parse().unwrap_or(f64::NAN);
        if self.exponent == 0 { digits } else { digits * power(self.exponent) }
    }

    /// The whole number that the API server takes it for.
    fn integer(self) -> Option<i64> {
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

fn parse(values: &[Value]) -> Result<Result<Amount, Failure>, Failure> {
    let [Value::String(text)] = values else { return Err(Failure::NoSuchOverload) };
    Ok(Amount::parse(text).ok_or_else(|| {
        Failure::argument(
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        )
    }))
}

fn one(values: &[Value]) -> Result<Amount, Failure> {
    match values {
        [Value::Opaque(Opaque::Quantity(quantity))] => Ok(*quantity),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn two(values: &[Value]) -> Result<(Amount, Amount), Failure> {
    match values {
        [Value::Opaque(Opaque::Quantity(a)), Value::Opaque(Opaque::Quantity(b))] => Ok((*a, *b)),
        [Value::Opaque(Opaque::Quantity(a)), Value::Int(b)] => Ok((*a, Amount::whole(*b))),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn value(amount: Option<Amount>) -> Given {
    Ok(Value::Opaque(Opaque::Quantity(amount.ok_or(Failure::Overflow("quantity"))?)))
}

fn quantity(_: &mut Meter, values: &[Value]) -> Given {
    value(Some(parse(values)??))
}

fn is_quantity(_: &mut Meter, values: &[Value]) -> Given {
    Ok(Value::Bool(parse(values)?.is_ok()))
}

fn sign(_: &mut Meter, values: &[Value]) -> Given {
    let quantity = one(values)?.quantity;
    Ok(Value::Int(match (quantity.is_zero(), quantity.is_negative()) {
        (true, _) => 0,
        (false, true) => -1,
        (false, false) => 1,
    }))
}

fn is_greater_than(_: &mut Meter, values: &[Value]) -> Given {
    two(values).map(|(a, b)| Value::Bool(a.quantity > b.quantity))
}

fn is_less_than(_: &mut Meter, values: &[Value]) -> Given {
    two(values).map(|(a, b)| Value::Bool(a.quantity < b.quantity))
}

fn compare_to(_: &mut Meter, values: &[Value]) -> Given {
    two(values).map(|(a, b)| {
        Value::Int(match a.quantity.cmp(&b.quantity) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        })
    })
}

fn as_float(_: &mut Meter, values: &[Value]) -> Given {
    Ok(Value::Double(one(values)?.approximate()))
}

fn as_integer(_: &mut Meter, values: &[Value]) -> Given {
    let whole = one(values)?.integer();
    whole.map(Value::Int).ok_or_else(|| Failure::argument("cannot convert value to integer"))
}

fn is_integer(_: &mut Meter, values: &[Value]) -> Given {
    Ok(Value::Bool(one(values)?.integer().is_some()))
}

fn add(_: &mut Meter, values: &[Value]) -> Given {
    two(values).and_then(|(a, b)| value(a.combine(b, false)))
}

fn sub(_: &mut Meter, values: &[Value]) -> Given {
    two(values).and_then(|(a, b)| value(a.combine(b, true)))
}
