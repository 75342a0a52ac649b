//! Whole numbers: conversion and arithmetic in 64 bits, which wraps around as Go's does.

use std::fmt::Write as _;

use super::arguments::{from, int, text, value};
use super::convert::to_int;
use super::function::{Family, Function};
use crate::call::Call;
use crate::error::CallError;
use crate::operation::format;
use crate::value::{IntType, List, Type, Value};

/// The table of the family.
pub(super) const FAMILY: Family = &[
    Function::new("int", ONE, |_, args| Ok(Value::int(to_int(value(args, 0))))),
    Function::new("int64", ONE, |_, args| Ok(Value::int64(to_int(value(args, 0))))),
    Function::new("atoi", &[Type::String], |_, args| Ok(Value::int(atoi(&text(args, 0).to_str())))),
    Function::new("toDecimal", ONE, |_, args| {
        let octal = format::show(value(args, 0));
        Ok(Value::int64(i64::from_str_radix(&octal, 8).unwrap_or(0)))
    }),
    Function::new("add1", ONE, |_, args| Ok(Value::int64(to_int(value(args, 0)).wrapping_add(1)))),
    Function::variadic("add", &[], Type::Any, |_, args| {
        Ok(Value::int64(args.iter().map(to_int).fold(0, i64::wrapping_add)))
    }),
    Function::new("sub", TWO, |_, args| {
        Ok(Value::int64(to_int(value(args, 0)).wrapping_sub(to_int(value(args, 1)))))
    }),
    Function::new("div", TWO, |_, args| divide(args, i64::wrapping_div)),
    Function::new("mod", TWO, |_, args| divide(args, i64::wrapping_rem)),
    Function::variadic("mul", ONE, Type::Any, |_, args| {
        Ok(Value::int64(args.iter().map(to_int).fold(1, i64::wrapping_mul)))
    }),
    Function::variadic("max", ONE, Type::Any, |_, args| Ok(largest(args))),
    Function::variadic("biggest", ONE, Type::Any, |_, args| Ok(largest(args))),
    Function::variadic("min", ONE, Type::Any, |_, args| {
        Ok(Value::int64(args.iter().map(to_int).min().unwrap_or(0)))
    }),
    Function::new("until", &[Type::INT], |call, args| {
        let count = int(args, 0);
        Ok(list(steps(call, 0, count, if count < 0 { -1 } else { 1 })?))
    }),
    Function::new("untilStep", &[Type::INT, Type::INT, Type::INT], |call, args| {
        Ok(list(steps(call, int(args, 0), int(args, 1), int(args, 2))?))
    }),
    Function::variadic("seq", &[], Type::INT, sequence),
];

const ONE: &[Type] = &[Type::Any];
const TWO: &[Type] = &[Type::Any, Type::Any];

/// Reads a decimal number; what is too large becomes the largest or smallest integer, what is no number 0.
fn atoi(text: &str) -> i64 {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    let limit = if negative { i64::MIN } else { i64::MAX };
    text.parse().unwrap_or(limit)
}

fn largest(args: &[Value]) -> Value {
    Value::int64(args.iter().map(to_int).max().unwrap_or(0))
}

fn divide(args: &[Value], operation: fn(i64, i64) -> i64) -> Result<Value, CallError> {
    match to_int(value(args, 1)) {
        0 => Err(CallError::new("runtime error: integer divide by zero")),
        divisor => Ok(Value::int64(operation(to_int(value(args, 0)), divisor))),
    }
}

/// The integers from `start` to before `end` in steps; none where the step leads away from `end`.
fn steps(
    call: &mut Call<'_>,
    start: i64,
    end: i64,
    step: i64,
) -> Result<impl Iterator<Item = i64> + use<>, CallError> {
    let distance = end.abs_diff(start);
    let leads_there = if end < start { step < 0 } else { step > 0 };
    let count = if leads_there { distance.div_ceil(step.unsigned_abs()) } else { 0 };
    call.charge(count / 16)?;
    let length = usize::try_from(count).unwrap_or(usize::MAX);
    call.allocate(length.saturating_mul(size_of::<Value>()))?;
    Ok(std::iter::successors(Some(start), move |at| at.checked_add(step)).take(length))
}

fn list(integers: impl Iterator<Item = i64>) -> Value {
    const INT: Type = Type::Int(IntType::Int);
    List::of(&INT, integers.map(Value::int).collect()).into()
}

/// The numbers from 1, or from the first argument, to the last one, with spaces between them.
fn sequence(call: &mut Call<'_>, args: &[Value]) -> Result<Value, CallError> {
    let (start, step, end) = match from(args, 0) {
        [end] => (1, None, to_int(end)),
        [start, end] => (to_int(start), None, to_int(end)),
        [start, step, end] => (to_int(start), Some(to_int(step)), to_int(end)),
        _ => return Ok("".into()),
    };
    let direction = if end < start { -1 } else { 1 };
    let step = match step {
        // A step that leads away from the end, where the end is the smaller number.
        Some(step) if direction < 0 && step > 0 => return Ok("".into()),
        Some(step) => step,
        None => direction,
    };
    let mut out = String::new();
    for (index, number) in steps(call, start, end.wrapping_add(direction), step)?.enumerate() {
        // Writing to a `String` does not fail.
        let _ = write!(out, "{}{number}", if index > 0 { " " } else { "" });
    }
    Ok(out.into())
}
