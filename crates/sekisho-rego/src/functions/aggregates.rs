//! Aggregates over collections, membership, and comparison.

use std::sync::Arc;

use super::arguments::{members, value};
use super::arithmetic::{NUMBERS_OF_LIST, accumulate};
use super::builtin::{Builtin, Family};
use super::call::Call;
use super::error::BuiltinError;
use super::types::{ARRAY, LIST, OBJECT, SET, Type};
use crate::value::{Real, Value};

use Type::{Any as A, Boolean as B, Number as N, String as S};

pub(super) const FAMILY: Family = &[
    Builtin::new("all", &[LIST], B, |_, args| {
        Ok(list(args, &["array", "set"])?.iter().all(|member| member == &Value::Bool(true)).into())
    }),
    Builtin::new("any", &[LIST], B, |_, args| {
        Ok(list(args, &["array", "set"])?.iter().any(|member| member == &Value::Bool(true)).into())
    }),
    Builtin::new("assign", &[A, A], B, |_, args| Ok((value(args, 0) == value(args, 1)).into())),
    Builtin::new("count", &[Type::Either(&[S, ARRAY, OBJECT, SET])], N, count),
    Builtin::new("eq", &[A, A], B, |_, args| Ok((value(args, 0) == value(args, 1)).into())),
    Builtin::new("equal", &[A, A], B, |_, args| Ok((value(args, 0) == value(args, 1)).into())),
    Builtin::new("gt", &[A, A], B, |_, args| Ok((value(args, 0) > value(args, 1)).into())),
    Builtin::new("gte", &[A, A], B, |_, args| Ok((value(args, 0) >= value(args, 1)).into())),
    Builtin::new("internal.member_2", &[A, A], B, |_, args| {
        Ok(is_member(value(args, 0), value(args, 1)).into())
    }),
    Builtin::new("internal.member_3", &[A, A, A], B, |_, args| {
        let (key, wanted, whole) = (value(args, 0), value(args, 1), value(args, 2));
        Ok((whole.get(key) == Some(wanted)).into())
    }),
    Builtin::new("lt", &[A, A], B, |_, args| Ok((value(args, 0) < value(args, 1)).into())),
    Builtin::new("lte", &[A, A], B, |_, args| Ok((value(args, 0) <= value(args, 1)).into())),
    Builtin::new("max", &[LIST], A, |_, args| {
        list(args, &["set", "array"])?.iter().max().cloned().ok_or(BuiltinError::Undefined)
    }),
    Builtin::new("min", &[LIST], A, |_, args| {
        // Of equal numbers that are written in two ways OPA gives the last.
        list(args, &["set", "array"])?.iter().rev().min().cloned().ok_or(BuiltinError::Undefined)
    }),
    Builtin::new("neq", &[A, A], B, |_, args| Ok((value(args, 0) != value(args, 1)).into())),
    Builtin::new("product", &[NUMBERS_OF_LIST], N, |call, args| {
        accumulate(call, args, 1, |x, y| x * y, Real::multiply_short)
    }),
    Builtin::new("sort", &[LIST], ARRAY, sort),
    Builtin::new("sum", &[NUMBERS_OF_LIST], N, |call, args| {
        accumulate(call, args, 0, |x, y| x + y, Real::add)
    }),
];

/// The members of the only operand.
fn list<'a>(args: &'a [Value], expected: &[&str]) -> Result<&'a [Value], BuiltinError> {
    let given = value(args, 0);
    members(given).ok_or_else(|| BuiltinError::operand_type(1, given, expected))
}

fn count(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    Ok(match value(args, 0) {
        Value::Array(items) => items.len().into(),
        Value::Object(object) => object.len().into(),
        Value::Set(set) => set.len().into(),
        Value::String(text) => {
            call.charge_text(text.len())?;
            text.chars().count().into()
        }
        other => return Err(BuiltinError::operand_type(1, other, &["array", "object", "set", "string"])),
    })
}

fn is_member(wanted: &Value, whole: &Value) -> bool {
    match whole {
        Value::Array(items) => items.contains(wanted),
        Value::Set(set) => set.contains(wanted),
        Value::Object(object) => object.values().any(|value| value == wanted),
        _ => false,
    }
}

fn sort(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let members = list(args, &["set", "array"])?;
    call.allocate_values(members.len())?;
    call.charge(members.len())?;
    let mut sorted = members.to_vec();
    sorted.sort();
    Ok(Value::Array(Arc::new(sorted)))
}
