//! Semantic versions.

use std::cmp::Ordering;
use std::sync::Arc;

use super::Given;
use crate::budget::Meter;
use crate::error::Failure;
use crate::types::declaration::Form::{Global, Member};
use crate::types::declaration::Line;
use crate::value::version::Version;
use crate::value::{Opaque, Value};

pub(crate) const TABLE: &[Line] = &[
    ("semver", Global, "string_to_semver", "string -> kubernetes.Semver", semver),
    ("semver", Global, "string_bool_to_semver", "string, bool -> kubernetes.Semver", semver),
    ("isSemver", Global, "is_semver_string", "string -> bool", is_semver),
    ("isSemver", Global, "is_semver_string_bool", "string, bool -> bool", is_semver),
    (
        "isGreaterThan",
        Member,
        "semver_is_greater_than",
        "kubernetes.Semver, kubernetes.Semver -> bool",
        is_greater_than,
    ),
    (
        "isLessThan",
        Member,
        "semver_is_less_than",
        "kubernetes.Semver, kubernetes.Semver -> bool",
        is_less_than,
    ),
    ("compareTo", Member, "semver_compare_to", "kubernetes.Semver, kubernetes.Semver -> int", compare_to),
    ("major", Member, "semver_major", "kubernetes.Semver -> int", major),
    ("minor", Member, "semver_minor", "kubernetes.Semver -> int", minor),
    ("patch", Member, "semver_patch", "kubernetes.Semver -> int", patch),
];

fn parse(values: &[Value]) -> Result<Option<Version>, Failure> {
    match values {
        [Value::String(text)] | [Value::String(text), Value::Bool(false)] => Ok(Version::parse(text)),
        [Value::String(text), Value::Bool(true)] => Ok(Version::parse_tolerant(text)),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn one(values: &[Value]) -> Result<&Version, Failure> {
    match values {
        [Value::Opaque(Opaque::Version(version))] => Ok(version),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn order(values: &[Value]) -> Result<Ordering, Failure> {
    match values {
        [Value::Opaque(Opaque::Version(a)), Value::Opaque(Opaque::Version(b))] => Ok(a.order(b)),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn semver(_: &mut Meter, values: &[Value]) -> Given {
    let version = parse(values)?.ok_or_else(|| Failure::argument("no semantic version: write `1.2.3`"))?;
    Ok(Value::Opaque(Opaque::Version(Arc::new(version))))
}

fn is_semver(_: &mut Meter, values: &[Value]) -> Given {
    Ok(Value::Bool(parse(values)?.is_some()))
}

fn is_greater_than(_: &mut Meter, values: &[Value]) -> Given {
    order(values).map(|order| Value::Bool(order.is_gt()))
}

fn is_less_than(_: &mut Meter, values: &[Value]) -> Given {
    order(values).map(|order| Value::Bool(order.is_lt()))
}

fn compare_to(_: &mut Meter, values: &[Value]) -> Given {
    order(values).map(|order| Value::Int(order as i64))
}

fn part(values: &[Value], place: usize) -> Given {
    let number = one(values)?.numbers.get(place).copied().unwrap_or(0);
    Ok(Value::Int(number.cast_signed()))
}

fn major(_: &mut Meter, values: &[Value]) -> Given {
    part(values, 0)
}

fn minor(_: &mut Meter, values: &[Value]) -> Given {
    part(values, 1)
}

fn patch(_: &mut Meter, values: &[Value]) -> Given {
    part(values, 2)
}
