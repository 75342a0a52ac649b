//! Arithmetic: exact on integers, binary floating point of 64 bits on everything else.

use num_bigint::{BigInt, Sign};
use num_traits::{One, Zero};

use super::arguments::{big, integer, number, string, value};
use super::builtin::{Builtin, Family};
use super::call::Call;
use super::error::BuiltinError;
use super::types::{NUMBER_OR_SET, NUMBERS, Type};
use crate::value::{MAX_BITS, Number, Real, Value, bits};

use Type::{Number as N, String as S};

pub(super) const FAMILY: Family = &[
    Builtin::new("abs", &[N], N, |call, args| unary(call, args, i64::abs, |x| x.absolute().to_number())),
    Builtin::new("bits.and", &[N, N], N, |call, args| bitwise(call, args, |x, y| x & y)),
    Builtin::new("bits.lsh", &[N, N], N, |call, args| shift(call, args, true)),
    Builtin::new("bits.negate", &[N], N, |call, args| {
        let operand = big(args, 0)?;
        result(call, &!operand)
    }),
    Builtin::new("bits.or", &[N, N], N, |call, args| bitwise(call, args, |x, y| x | y)),
    Builtin::new("bits.rsh", &[N, N], N, |call, args| shift(call, args, false)),
    Builtin::new("bits.xor", &[N, N], N, |call, args| bitwise(call, args, |x, y| x ^ y)),
    Builtin::new("ceil", &[N], N, |call, args| unary(call, args, identity, |x| Number::from_big(&x.ceil()))),
    Builtin::new("div", &[N, N], N, divide),
    Builtin::new("floor", &[N], N, |call, args| {
        unary(call, args, identity, |x| Number::from_big(&x.floor()))
    }),
    Builtin::new("format_int", &[N, N], S, format_int),
    Builtin::new("minus", &[NUMBER_OR_SET, NUMBER_OR_SET], NUMBER_OR_SET, minus),
    Builtin::new("mul", &[N, N], N, |call, args| {
        binary(call, args, i64::checked_mul, |x, y| x * y, Real::multiply)
    }),
    Builtin::new("numbers.range", &[N, N], NUMBERS, |call, args| range(call, args, &BigInt::one())),
    Builtin::new("numbers.range_step", &[N, N, N], NUMBERS, range_step),
    Builtin::new("plus", &[N, N], N, |call, args| {
        binary(call, args, i64::checked_add, |x, y| x + y, Real::add)
    }),
    Builtin::new("rand.intn", &[S, N], N, random).nondeterministic(),
    Builtin::new("rem", &[N, N], N, remainder),
    Builtin::new("round", &[N], N, |call, args| {
        unary(call, args, identity, |x| Number::from_big(&x.round()))
    }),
];

/// The values of integers from which OPA computes without floating point.
const SMALL: std::ops::RangeInclusive<i64> = -(1 << 31)..=(1 << 31) - 1;

fn small(number: &Number) -> Option<i64> {
    number.as_i64().filter(|value| SMALL.contains(value))
}

fn identity(value: i64) -> i64 {
    value
}

/// Takes the work of computing with integers of so many bits, one with each part of the other.
fn charge(call: &mut Call<'_>, one: u64, two: u64) -> Result<(), BuiltinError> {
    let steps = (one / 64 + 1).saturating_mul(two / 64 + 1) / 16;
    call.charge(usize::try_from(steps).unwrap_or(usize::MAX))
}

/// A result that is a big integer, with the work of writing it.
fn result(call: &mut Call<'_>, value: &BigInt) -> Result<Value, BuiltinError> {
    let size = bits(value);
    if size > 64 {
        charge(call, size, size)?;
        call.allocate(usize::try_from(size / 3).unwrap_or(usize::MAX))?;
    }
    Ok(Value::Number(Number::from_big(value)?))
}

fn unary(
    call: &mut Call<'_>,
    args: &[Value],
    exact: fn(i64) -> i64,
    float: fn(Real) -> Result<Number, crate::value::NumberError>,
) -> Result<Value, BuiltinError> {
    let operand = number(args, 0)?;
    if let Some(value) = small(operand) {
        return Ok(exact(value).into());
    }
    call.charge(1 + operand.to_text().len() / 8)?;
    Ok(Value::Number(float(operand.to_real())?))
}

fn binary(
    call: &mut Call<'_>,
    args: &[Value],
    quick: fn(i64, i64) -> Option<i64>,
    exact: fn(BigInt, BigInt) -> BigInt,
    float: fn(Real, Real) -> Real,
) -> Result<Value, BuiltinError> {
    compute(call, number(args, 0)?, number(args, 1)?, quick, exact, float)
}

fn compute(
    call: &mut Call<'_>,
    one: &Number,
    two: &Number,
    quick: fn(i64, i64) -> Option<i64>,
    exact: fn(BigInt, BigInt) -> BigInt,
    float: fn(Real, Real) -> Real,
) -> Result<Value, BuiltinError> {
    if let (Some(one), Some(two)) = (one.as_i64(), two.as_i64())
        && let Some(value) = quick(one, two)
    {
        return Ok(value.into());
    }
    if let (Some(one), Some(two)) = (one.to_big(), two.to_big()) {
        charge(call, bits(&one), bits(&two))?;
        return result(call, &exact(one, two));
    }
    call.charge(4)?;
    Ok(Value::Number(float(one.to_real(), two.to_real()).to_number()?))
}

fn minus(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    match (value(args, 0), value(args, 1)) {
        (Value::Number(one), Value::Number(two)) => {
            compute(call, one, two, i64::checked_sub, |x, y| x - y, Real::subtract)
        }
        (Value::Set(one), Value::Set(two)) => {
            call.allocate_values(one.len())?;
            Ok(Value::Set(std::sync::Arc::new(one.difference(two))))
        }
        (Value::Set(_), other @ Value::Number(_)) => Err(BuiltinError::operand_type(2, other, &["set"])),
        (Value::Number(_) | Value::Set(_), other) => Err(BuiltinError::operand_type(2, other, &["number"])),
        (other, _) => Err(BuiltinError::operand_type(1, other, &["number", "set"])),
    }
}

fn divide(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let (one, two) = (number(args, 0)?, number(args, 1)?);
    let by_zero = || BuiltinError::failed("divide by zero");
    if let (Some(one), Some(two)) = (small(one), small(two)) {
        if two == 0 {
            return Err(by_zero());
        }
        if one != 0 && one % two == 0 {
            return Ok((one / two).into());
        }
    }
    call.charge(4)?;
    Ok(Value::Number(one.to_real().divide(two.to_real()).ok_or_else(by_zero)?.to_number()?))
}

fn remainder(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let (one, two) = (number(args, 0)?, number(args, 1)?);
    let by_zero = || BuiltinError::failed("modulo by zero");
    if let (Some(one), Some(two)) = (one.as_i64(), two.as_i64()) {
        return match one.checked_rem(two) {
            Some(value) => Ok(value.into()),
            None if two == 0 => Err(by_zero()),
            None => Ok(0_i64.into()),
        };
    }
    let (Some(one), Some(two)) = (one.to_big(), two.to_big()) else {
        return Err(BuiltinError::failed("modulo on floating-point number"));
    };
    if two.is_zero() {
        return Err(by_zero());
    }
    charge(call, bits(&one), bits(&two))?;
    result(call, &(one % two))
}

fn bitwise(
    call: &mut Call<'_>,
    args: &[Value],
    operation: fn(BigInt, BigInt) -> BigInt,
) -> Result<Value, BuiltinError> {
    let (one, two) = (big(args, 0)?, big(args, 1)?);
    result(call, &operation(one, two))
}

fn shift(call: &mut Call<'_>, args: &[Value], left: bool) -> Result<Value, BuiltinError> {
    let operand = big(args, 0)?;
    let distance = big(args, 1)?;
    if distance.sign() == Sign::Minus {
        return Err(BuiltinError::operand(
            2,
            "must be an unsigned integer number but got a negative integer",
        ));
    }
    let distance = u64::try_from(&distance).unwrap_or(u64::MAX);
    if left {
        if !operand.is_zero() && distance.saturating_add(bits(&operand)) > MAX_BITS {
            return Err(crate::value::NumberError::TooBig.into());
        }
        result(call, &(operand << distance.min(MAX_BITS)))
    } else {
        result(call, &(operand >> distance))
    }
}

fn format_int(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let (operand, base) = (number(args, 0)?, number(args, 1)?);
    let radix = match base.to_text().as_str() {
        "2" => 2,
        "8" => 8,
        "10" => 10,
        "16" => 16,
        _ => return Err(BuiltinError::operand_value(2, &["2", "8", "10", "16"])),
    };
    let value = if operand.is_written_as_float() {
        match operand.as_i64() {
            Some(value) if radix == 10 => value.into(),
            _ => operand.to_real().truncated(),
        }
    } else {
        operand.to_big().unwrap_or_default()
    };
    let size = bits(&value);
    charge(call, size, size)?;
    call.allocate_text(usize::try_from(size).unwrap_or(usize::MAX))?;
    Ok(value.to_str_radix(radix).into())
}

fn range(call: &mut Call<'_>, args: &[Value], step: &BigInt) -> Result<Value, BuiltinError> {
    let (start, end) = (big(args, 0)?, big(args, 1)?);
    let ascending = start <= end;
    let distance = if ascending { &end - &start } else { &start - &end };
    let count = distance / step;
    let count = usize::try_from(&count).unwrap_or(usize::MAX).saturating_add(1);
    let size = usize::try_from(bits(&start).max(bits(&end)) / 3).unwrap_or(usize::MAX);
    call.allocate_values(count)?;
    if size > 21 {
        call.charge(count.saturating_mul(size))?;
        call.allocate(count.saturating_mul(size))?;
    }
    let mut items = Vec::with_capacity(count);
    if let (Ok(mut at), Ok(step)) = (i64::try_from(&start), i64::try_from(step)) {
        let step = if ascending { step } else { -step };
        for _ in 0..count {
            items.push(Value::from(at));
            match at.checked_add(step) {
                Some(next) => at = next,
                None => break,
            }
        }
        if items.len() == count {
            return Ok(Value::array(items));
        }
        items.clear();
    }
    let mut at = start;
    for _ in 0..count {
        items.push(Value::Number(Number::from_big(&at)?));
        if ascending {
            at += step;
        } else {
            at -= step;
        }
    }
    Ok(Value::array(items))
}

fn range_step(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    big(args, 0)?;
    big(args, 1)?;
    let step = big(args, 2)?;
    if step <= BigInt::ZERO {
        return Err(BuiltinError::failed("numbers.range_step: step must be a positive integer"));
    }
    range(call, args, &step)
}

fn random(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    string(args, 0)?;
    let limit = integer(args, 1)?.unsigned_abs();
    if limit == 0 {
        return Ok(0_i64.into());
    }
    let key = Value::array(args.to_vec());
    if let Some(known) = call.kept.drawn("rand.intn", &key) {
        return Ok(known);
    }
    let drawn = i64::try_from(call.random() % limit).unwrap_or(0);
    call.kept.keep_drawn("rand.intn", &key, &drawn.into());
    Ok(drawn.into())
}

/// The type of what aggregates take.
pub(super) const NUMBERS_OF_LIST: Type = Type::Either(&[NUMBERS, Type::Set(&N)]);

/// The sum or product of numbers: exact where all are integers.
pub(super) fn accumulate(
    call: &mut Call<'_>,
    args: &[Value],
    start: i64,
    exact: fn(BigInt, BigInt) -> BigInt,
    float: fn(Real, Real) -> Real,
) -> Result<Value, BuiltinError> {
    let whole = value(args, 0);
    let Some(members) = super::arguments::members(whole) else {
        return Err(BuiltinError::operand_type(1, whole, &["set", "array"]));
    };
    call.charge(members.len() / 4)?;
    let mut sum = BigInt::from(start);
    let mut is_exact = true;
    for member in members {
        if let Some(member) = member.as_number().and_then(Number::to_big) {
            charge(call, bits(&sum), bits(&member))?;
            sum = exact(sum, member);
            if bits(&sum) > 2 * MAX_BITS {
                return Err(crate::value::NumberError::TooBig.into());
            }
        } else {
            is_exact = false;
            break;
        }
    }
    if is_exact {
        return result(call, &sum);
    }
    // OPA adds with 64 bits and multiplies with 53.
    let (mut sum, precision) = if start == 0 { (Real::ZERO, 64) } else { (Real::ONE, 53) };
    for member in members {
        let Some(number) = member.as_number() else {
            return Err(BuiltinError::operand_element(1, whole, member, &["number"]));
        };
        sum = float(sum, number.to_real());
    }
    Ok(Value::Number(sum.to_number_of(precision)?))
}
