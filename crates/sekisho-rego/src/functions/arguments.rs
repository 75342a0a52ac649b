//! Operands as the functions want them, with OPA's messages where they are something else.

use num_bigint::BigInt;

use super::error::BuiltinError;
use crate::value::{Number, Object, Set, Value};

/// The operand at an index; the evaluator passes as many as are declared.
pub(super) fn value(args: &[Value], index: usize) -> &Value {
    const NULL: &Value = &Value::Null;
    args.get(index).unwrap_or(NULL)
}

pub(super) fn string(args: &[Value], index: usize) -> Result<&str, BuiltinError> {
    let given = value(args, index);
    given.as_str().ok_or_else(|| BuiltinError::operand_type(index + 1, given, &["string"]))
}

pub(super) fn number(args: &[Value], index: usize) -> Result<&Number, BuiltinError> {
    let given = value(args, index);
    given.as_number().ok_or_else(|| BuiltinError::operand_type(index + 1, given, &["number"]))
}

/// An integer of 64 bits.
pub(super) fn integer(args: &[Value], index: usize) -> Result<i64, BuiltinError> {
    number(args, index)?.as_i64().ok_or_else(|| floating(index))
}

/// An integer of any size.
pub(super) fn big(args: &[Value], index: usize) -> Result<BigInt, BuiltinError> {
    let given = value(args, index);
    let number = given.as_number();
    let number = number.ok_or_else(|| BuiltinError::operand_type(index + 1, given, &["integer"]))?;
    number.to_big().ok_or_else(|| floating(index))
}

fn floating(index: usize) -> BuiltinError {
    BuiltinError::operand(index + 1, "must be integer number but got floating-point number")
}

pub(super) fn array(args: &[Value], index: usize) -> Result<&[Value], BuiltinError> {
    let given = value(args, index);
    given.as_array().ok_or_else(|| BuiltinError::operand_type(index + 1, given, &["array"]))
}

pub(super) fn object(args: &[Value], index: usize) -> Result<&Object, BuiltinError> {
    let given = value(args, index);
    given.as_object().ok_or_else(|| BuiltinError::operand_type(index + 1, given, &["object"]))
}

pub(super) fn set(args: &[Value], index: usize) -> Result<&Set, BuiltinError> {
    let given = value(args, index);
    given.as_set().ok_or_else(|| BuiltinError::operand_type(index + 1, given, &["set"]))
}

/// The members of an array or a set, in order.
pub(super) fn members(value: &Value) -> Option<&[Value]> {
    match value {
        Value::Array(items) => Some(items),
        Value::Set(set) => Some(set.elements()),
        _ => None,
    }
}

/// The strings of an array or a set.
pub(super) fn strings(args: &[Value], index: usize) -> Result<Vec<&str>, BuiltinError> {
    let given = value(args, index);
    let members = members(given);
    let members = members.ok_or_else(|| BuiltinError::operand_type(index + 1, given, &["array", "set"]))?;
    members
        .iter()
        .map(|member| {
            let text = member.as_str();
            text.ok_or_else(|| BuiltinError::operand_element(index + 1, given, member, &["string"]))
        })
        .collect()
}
