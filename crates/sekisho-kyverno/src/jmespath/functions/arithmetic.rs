//! Arithmetic over numbers, quantities (`500m`, `2Gi`) and durations (`90s`).

use sekisho_manifest::{Duration, Quantity};

use super::function::{Argument, Function, Given, Type, function, list, value};
use crate::jmespath::error::JmespathError;
use crate::jmespath::surroundings::Surroundings;
use crate::scalar::truncated;
use crate::value::Value;
use crate::value::plain_float;

const ANY: &[Type] = &[Type::Any];

pub(super) const TABLE: &[Function] = &[
    function(("add", &[ANY, ANY], |given, _| both(given, "add", add))),
    function(("subtract", &[ANY, ANY], |given, _| both(given, "subtract", subtract))),
    function(("multiply", &[ANY, ANY], |given, _| both(given, "multiply", multiply))),
    function(("divide", &[ANY, ANY], |given, _| both(given, "divide", divide))),
    function(("modulo", &[ANY, ANY], |given, _| both(given, "modulo", modulo))),
    function(("sum", &[&[Type::Array]], sum)),
];

/// What is reckoned with.
enum Operand {
    Number(f64),
    Quantity(Amount),
    Duration(Duration),
}

/// A quantity and how many digits behind the point it was written with, which a quotient keeps.
struct Amount {
    quantity: Quantity,
    digits: i32,
}

/// Why there is no result.
enum Problem {
    Types,
    ZeroDivisor,
    NoIntegers,
    TooLarge,
}

fn both(given: &[Argument<'_>], name: &str, run: fn(Operand, Operand) -> Result<Value, Problem>) -> Given {
    apply(&value(given, 0), &value(given, 1), name, run)
}

fn apply(
    one: &Value,
    other: &Value,
    name: &str,
    run: fn(Operand, Operand) -> Result<Value, Problem>,
) -> Given {
    let problem = |text: &str| JmespathError::refused(format!("JMESPath function '{name}': {text}"));
    let read = |value| Operand::read(value).ok_or_else(|| problem("invalid operand"));
    run(read(one)?, read(other)?).map_err(|failure| {
        problem(match failure {
            Problem::Types => "Types mismatch",
            Problem::ZeroDivisor => "Zero divisor passed",
            Problem::NoIntegers => "Non-integer argument(s) passed for modulo",
            Problem::TooLarge => "the result has too many digits",
        })
    })
}

fn sum(given: &[Argument<'_>], around: &Surroundings<'_>) -> Given {
    let items = list(given, 0)?;
    around.meter.work(items.len())?;
    let Some((first, rest)) = items.split_first() else {
        return Err(JmespathError::refused(
            "JMESPath function 'sum': at least one element in the array is required",
        ));
    };
    rest.iter().try_fold(first.clone(), |sum, item| apply(&sum, item, "sum", add))
}

impl Operand {
    fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Float(number) => Some(Self::Number(*number)),
            Value::String(text) => match Amount::read(text) {
                Some(amount) => Some(Self::Quantity(amount)),
                None => text.parse().ok().map(Self::Duration),
            },
            _ => None,
        }
    }
}

impl Amount {
    fn read(text: &str) -> Option<Self> {
        let quantity: Quantity = text.parse().ok()?;
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let end =
            unsigned.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at_checked(end)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let fraction = i32::try_from(fraction.len()).ok()?;
        let whole = i32::try_from(whole.trim_start_matches('0').len().max(1)).ok()?;
        let (exponent, room) = match suffix.find('i') {
            // The exponent of a binary suffix has its own few digits.
            Some(_) => (0, if fraction == 0 { 14 - whole - 3 * binary_rank(suffix) } else { -1 }),
            None => (decimal_exponent(suffix), 18 - whole - fraction),
        };
        let digits = fraction.saturating_sub(exponent);
        // Numbers that Kubernetes does not keep in 64 bits have all nine digits.
        Some(Self { quantity, digits: if room >= 0 && digits <= 9 { digits } else { 9 } })
    }

    /// As Kyverno rounds: the digits as a float, times a power of ten.
    #[expect(clippy::cast_precision_loss, reason = "the rounding is the point")]
    fn approximate(&self) -> f64 {
        let Some(unscaled) = self.unscaled() else { return self.quantity.approximate() };
        let power: f64 = format!("1e{}", -self.digits).parse().unwrap_or(1.0);
        if self.digits == 0 { unscaled as f64 } else { unscaled as f64 * power }
    }

    /// All digits as a whole number.
    fn unscaled(&self) -> Option<i128> {
        let (mantissa, scale) = self.quantity.parts();
        if mantissa == 0 {
            return Some(0);
        }
        shifted(mantissa, scale.checked_add(self.digits)?)
    }
}

/// How many times 1024 a binary suffix stands for.
fn binary_rank(suffix: &str) -> i32 {
    "KMGTPE".chars().zip(1..).find(|(letter, _)| suffix.starts_with(*letter)).map_or(0, |(_, rank)| rank)
}

fn decimal_exponent(suffix: &str) -> i32 {
    match suffix {
        "" => 0,
        "n" => -9,
        "u" => -6,
        "m" => -3,
        "k" => 3,
        "M" => 6,
        "G" => 9,
        "T" => 12,
        "P" => 15,
        "E" => 18,
        written => written.get(1..).and_then(|digits| digits.parse().ok()).unwrap_or(0),
    }
}

/// A number times a power of ten that is not negative.
fn shifted(number: i128, power: i32) -> Option<i128> {
    number.checked_mul(10_i128.checked_pow(u32::try_from(power).ok()?)?)
}

fn add(one: Operand, other: Operand) -> Result<Value, Problem> {
    match (one, other) {
        (Operand::Number(one), Operand::Number(other)) => Ok((one + other).into()),
        (Operand::Quantity(one), Operand::Quantity(other)) => shown(one.quantity.checked_add(other.quantity)),
        (Operand::Duration(one), Operand::Duration(other)) => {
            Ok(span(one.nanoseconds().wrapping_add(other.nanoseconds())))
        }
        _ => Err(Problem::Types),
    }
}

fn subtract(one: Operand, other: Operand) -> Result<Value, Problem> {
    match (one, other) {
        (Operand::Number(one), Operand::Number(other)) => Ok((one - other).into()),
        (Operand::Quantity(one), Operand::Quantity(other)) => shown(one.quantity.checked_sub(other.quantity)),
        (Operand::Duration(one), Operand::Duration(other)) => {
            Ok(span(one.nanoseconds().wrapping_sub(other.nanoseconds())))
        }
        _ => Err(Problem::Types),
    }
}

fn multiply(one: Operand, other: Operand) -> Result<Value, Problem> {
    match (one, other) {
        (Operand::Number(one), Operand::Number(other)) => Ok((one * other).into()),
        (Operand::Quantity(amount), Operand::Number(factor))
        | (Operand::Number(factor), Operand::Quantity(amount)) => {
            let factor: Quantity = plain_float(factor).parse().map_err(|_| Problem::TooLarge)?;
            let ((one, one_scale), (other, other_scale)) = (amount.quantity.parts(), factor.parts());
            let product = one.checked_mul(other).zip(one_scale.checked_add(other_scale));
            shown(
                product.and_then(|(mantissa, scale)| {
                    Quantity::from_parts(mantissa, scale, amount.quantity.style())
                }),
            )
        }
        (Operand::Duration(duration), Operand::Number(factor))
        | (Operand::Number(factor), Operand::Duration(duration)) => {
            Ok(span(truncated(seconds(duration) * factor * 1e9)))
        }
        _ => Err(Problem::Types),
    }
}

fn divide(one: Operand, other: Operand) -> Result<Value, Problem> {
    match (one, other) {
        (_, Operand::Number(0.0)) => Err(Problem::ZeroDivisor),
        (Operand::Number(one), Operand::Number(other)) => Ok((one / other).into()),
        (Operand::Quantity(one), Operand::Quantity(other)) => {
            let divisor = other.approximate();
            if divisor == 0.0 {
                return Err(Problem::ZeroDivisor);
            }
            Ok((one.approximate() / divisor).into())
        }
        (Operand::Quantity(amount), Operand::Number(divisor)) => {
            let divisor = Amount::read(&plain_float(divisor)).ok_or(Problem::TooLarge)?;
            shown(quotient(&amount, &divisor))
        }
        (Operand::Duration(one), Operand::Duration(other)) => {
            if other.nanoseconds() == 0 {
                return Err(Problem::ZeroDivisor);
            }
            Ok((seconds(one) / seconds(other)).into())
        }
        (Operand::Duration(duration), Operand::Number(divisor)) => {
            Ok(span(truncated(seconds(duration) / divisor * 1e9)))
        }
        _ => Err(Problem::Types),
    }
}

/// A quotient with as many digits behind the point as the longer of both, the rest cut off.
fn quotient(one: &Amount, other: &Amount) -> Option<Quantity> {
    let digits = one.digits.max(other.digits);
    let (dividend, divisor) = (one.unscaled()?, other.unscaled()?);
    // The digits of both behind the point, and those wanted, are put on one side.
    let power = digits.checked_add(other.digits)?.checked_sub(one.digits)?;
    let (dividend, divisor) = if power >= 0 {
        (shifted(dividend, power)?, divisor)
    } else {
        (dividend, shifted(divisor, power.checked_neg()?)?)
    };
    let style = one.quantity.style();
    Quantity::from_parts(dividend.checked_div(divisor)?, digits.checked_neg()?, style)
}

fn modulo(one: Operand, other: Operand) -> Result<Value, Problem> {
    match (one, other) {
        (Operand::Number(one), Operand::Number(other)) =>
        {
            #[expect(clippy::cast_precision_loss, reason = "as Go converts")]
            remainder(one, other).map(|rest| Value::Float(rest as f64))
        }
        (Operand::Quantity(one), Operand::Quantity(other)) => {
            let rest = remainder(one.approximate(), other.approximate())?;
            Ok(Quantity::new(rest, one.quantity.style()).to_string().into())
        }
        (Operand::Duration(one), Operand::Duration(other)) => {
            let rest = one.nanoseconds().checked_rem(other.nanoseconds());
            if other.nanoseconds() == 0 { Err(Problem::ZeroDivisor) } else { Ok(span(rest.unwrap_or(0))) }
        }
        _ => Err(Problem::Types),
    }
}

#[expect(clippy::cast_precision_loss, clippy::float_cmp, reason = "whether both are whole is the question")]
fn remainder(one: f64, other: f64) -> Result<i64, Problem> {
    let (first, second) = (truncated(one), truncated(other));
    if first as f64 != one || second as f64 != other {
        return Err(Problem::NoIntegers);
    }
    if second == 0 {
        return Err(Problem::ZeroDivisor);
    }
    Ok(first.checked_rem(second).unwrap_or(0))
}

fn shown(quantity: Option<Quantity>) -> Result<Value, Problem> {
    quantity.map(|quantity| quantity.to_string().into()).ok_or(Problem::TooLarge)
}

fn span(nanoseconds: i64) -> Value {
    Duration::from_nanoseconds(nanoseconds).to_string().into()
}

#[expect(clippy::cast_precision_loss, reason = "as Go converts")]
fn seconds(duration: Duration) -> f64 {
    duration.seconds() as f64 + (duration.nanoseconds() % 1_000_000_000) as f64 / 1e9
}
