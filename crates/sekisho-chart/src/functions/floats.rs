//! Floats: conversion, rounding, and arithmetic, which is done in decimal numbers.

use super::arguments::{from, int, value};
use super::convert::to_float;
use super::decimal::Decimal;
use super::function::{Family, Function};
use crate::call::Call;
use crate::error::{BudgetError, CallError};
use crate::operation::format;
use crate::value::{Type, Value};

/// The table of the family.
pub(super) const FAMILY: Family = &[
    Function::new("float64", ONE, |_, args| Ok(to_float(value(args, 0)).into())),
    Function::new("floor", ONE, |_, args| Ok(to_float(value(args, 0)).floor().into())),
    Function::new("ceil", ONE, |_, args| Ok(to_float(value(args, 0)).ceil().into())),
    Function::variadic("round", &[Type::Any, Type::INT], Type::Float64, |_, args| Ok(round(args))),
    Function::variadic("maxf", ONE, Type::Any, |_, args| {
        Ok(extreme(args, |one, two| one > two || (one.is_sign_positive() && two.is_sign_negative())))
    }),
    Function::variadic("minf", ONE, Type::Any, |_, args| {
        Ok(extreme(args, |one, two| one < two || (one.is_sign_negative() && two.is_sign_positive())))
    }),
    Function::new("add1f", ONE, |call, args| {
        reduce(call, to_float(value(args, 0)), &[Value::int(1)], |call, one, two| one.add(two, call))
    }),
    Function::variadic("addf", &[], Type::Any, |call, args| {
        reduce(call, 0.0, args, |call, one, two| one.add(two, call))
    }),
    Function::variadic("subf", ONE, Type::Any, |call, args| {
        reduce(call, to_float(value(args, 0)), from(args, 1), |call, one, two| one.subtract(two, call))
    }),
    Function::variadic("mulf", ONE, Type::Any, |call, args| {
        reduce(call, to_float(value(args, 0)), from(args, 1), |call, one, two| one.multiply(two, call))
    }),
    Function::variadic("divf", ONE, Type::Any, divide),
];

const ONE: &[Type] = &[Type::Any];

fn decimal(float: f64) -> Result<Decimal, CallError> {
    Decimal::of(float).ok_or_else(|| {
        CallError::Message(format!("Cannot create a Decimal from {}", format::show(&float.into())))
    })
}

fn reduce(
    call: &mut Call<'_>,
    first: f64,
    others: &[Value],
    operation: fn(&mut Call<'_>, &Decimal, &Decimal) -> Result<Decimal, BudgetError>,
) -> Result<Value, CallError> {
    let mut result = decimal(first)?;
    for other in others {
        result = operation(call, &result, &decimal(to_float(other))?)?;
    }
    Ok(result.to_float().into())
}

fn divide(call: &mut Call<'_>, args: &[Value]) -> Result<Value, CallError> {
    let mut result = decimal(to_float(value(args, 0)))?;
    for other in from(args, 1) {
        let quotient = result.divide(&decimal(to_float(other))?, call)?;
        result = quotient.ok_or_else(|| CallError::new("decimal division by 0"))?;
    }
    Ok(result.to_float().into())
}

/// Rounds to so many places behind the point; from the third argument on, by default 0.5, a fraction goes up.
fn round(args: &[Value]) -> Value {
    let threshold = value(args, 2).as_float().unwrap_or(0.5);
    let power = power_of_ten(int(args, 1));
    let shifted = power * to_float(value(args, 0));
    let rounded = if shifted.fract() >= threshold { shifted.ceil() } else { shifted.floor() };
    (rounded / power).into()
}

/// A power of ten as Go's `math.Pow` has it: by squaring, each product rounded.
fn power_of_ten(exponent: i64) -> f64 {
    // Ten is this times two to the fourth.
    let (mut square, mut square_exponent) = (0.625, 4_i64);
    let (mut power, mut power_exponent) = (1.0, 0_i64);
    let mut left = exponent.unsigned_abs();
    while left > 0 {
        if square_exponent > 1 << 12 {
            return if exponent < 0 { 0.0 } else { f64::INFINITY };
        }
        if left & 1 == 1 {
            power *= square;
            power_exponent += square_exponent;
        }
        square *= square;
        square_exponent *= 2;
        if square < 0.5 {
            square += square;
            square_exponent -= 1;
        }
        left >>= 1;
    }
    if exponent < 0 {
        (power, power_exponent) = (1.0 / power, -power_exponent);
    }
    // In two steps, since the whole scale may be out of the range of floats where the result is not.
    let half = i32::try_from(power_exponent / 2).unwrap_or(0);
    let rest = i32::try_from(power_exponent - i64::from(half)).unwrap_or(0);
    power * 2.0_f64.powi(half) * 2.0_f64.powi(rest)
}

/// The argument that goes before all others; NaN where one is none and none is infinite the right way.
fn extreme(args: &[Value], goes_before: fn(f64, f64) -> bool) -> Value {
    let mut best = to_float(value(args, 0));
    for other in from(args, 1) {
        let other = to_float(other);
        let wins = other.is_infinite() && goes_before(other, 0.0);
        let holds = best.is_infinite() && goes_before(best, 0.0);
        if wins || (!holds && !best.is_nan() && (other.is_nan() || goes_before(other, best))) {
            best = other;
        }
    }
    best.into()
}
