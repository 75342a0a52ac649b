//! Values of one type as values of another.

use std::fmt::Write as _;
use std::sync::Arc;

use super::Given;
use crate::budget::Meter;
use crate::error::Failure;
use crate::types::declaration::Form::Global;
use crate::types::declaration::Line;
use crate::value::{Duration, Opaque, Timestamp, Value};

pub(crate) const TABLE: &[Line] = &[
    ("type", Global, "type", "A -> type(A)", kind),
    ("dyn", Global, "to_dyn", "A -> dyn", same),
    ("bool", Global, "bool_to_bool", "bool -> bool", same),
    ("bool", Global, "string_to_bool", "string -> bool", boolean),
    ("bytes", Global, "bytes_to_bytes", "bytes -> bytes", same),
    ("bytes", Global, "string_to_bytes", "string -> bytes", bytes),
    ("double", Global, "double_to_double", "double -> double", same),
    ("double", Global, "int64_to_double", "int -> double", double),
    ("double", Global, "string_to_double", "string -> double", double),
    ("double", Global, "uint64_to_double", "uint -> double", double),
    ("duration", Global, "duration_to_duration", "duration -> duration", same),
    ("duration", Global, "int64_to_duration", "int -> duration", duration),
    ("duration", Global, "string_to_duration", "string -> duration", duration),
    ("int", Global, "int64_to_int64", "int -> int", same),
    ("int", Global, "double_to_int64", "double -> int", int),
    ("int", Global, "duration_to_int64", "duration -> int", int),
    ("int", Global, "string_to_int64", "string -> int", int),
    ("int", Global, "timestamp_to_int64", "timestamp -> int", int),
    ("int", Global, "uint64_to_int64", "uint -> int", int),
    ("string", Global, "string_to_string", "string -> string", same),
    ("string", Global, "bool_to_string", "bool -> string", string),
    ("string", Global, "bytes_to_string", "bytes -> string", string),
    ("string", Global, "double_to_string", "double -> string", string),
    ("string", Global, "duration_to_string", "duration -> string", string),
    ("string", Global, "int64_to_string", "int -> string", string),
    ("string", Global, "timestamp_to_string", "timestamp -> string", string),
    ("string", Global, "uint64_to_string", "uint -> string", string),
    ("timestamp", Global, "timestamp_to_timestamp", "timestamp -> timestamp", same),
    ("timestamp", Global, "int64_to_timestamp", "int -> timestamp", timestamp),
    ("timestamp", Global, "string_to_timestamp", "string -> timestamp", timestamp),
    ("uint", Global, "uint64_to_uint64", "uint -> uint", same),
    ("uint", Global, "double_to_uint64", "double -> uint", uint),
    ("uint", Global, "int64_to_uint64", "int -> uint", uint),
    ("uint", Global, "string_to_uint64", "string -> uint", uint),
];

fn one(values: &[Value]) -> Result<&Value, Failure> {
    match values {
        [value] => Ok(value),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn wrong(value: &Value, to: &'static str) -> Failure {
    Failure::Conversion { from: value.type_name(), to }
}

pub(super) fn same(_: &mut Meter, values: &[Value]) -> Given {
    one(values).cloned()
}

fn kind(_: &mut Meter, values: &[Value]) -> Given {
    Ok(Value::Type(one(values)?.type_name()))
}

fn boolean(_: &mut Meter, values: &[Value]) -> Given {
    let value = one(values)?;
    match value.as_str() {
        Some("1" | "t" | "T" | "TRUE" | "true" | "True") => Ok(Value::Bool(true)),
        Some("0" | "f" | "F" | "FALSE" | "false" | "False") => Ok(Value::Bool(false)),
        _ => Err(wrong(value, "bool")),
    }
}

fn bytes(meter: &mut Meter, values: &[Value]) -> Given {
    let value = one(values)?;
    let text = value.as_str().ok_or_else(|| wrong(value, "bytes"))?;
    meter.memory(text.len())?;
    Ok(Value::Bytes(Arc::from(text.as_bytes())))
}

#[expect(clippy::cast_precision_loss, reason = "the nearest float is what is asked for")]
fn double(_: &mut Meter, values: &[Value]) -> Given {
    let value = one(values)?;
    Ok(Value::Double(match value {
        Value::Int(value) => *value as f64,
        Value::UInt(value) => *value as f64,
        Value::String(text) => parse_double(text).ok_or_else(|| wrong(value, "double"))?,
        _ => return Err(wrong(value, "double")),
    }))
}

fn parse_double(text: &str) -> Option<f64> {
    let plain = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_word = ["inf", "infinity", "nan"].iter().any(|word| plain.eq_ignore_ascii_case(word));
    let value: f64 = text.parse().ok()?;
    (is_word || value.is_finite()).then_some(value)
}

fn duration(_: &mut Meter, values: &[Value]) -> Given {
    let value = one(values)?;
    let duration = match value {
        Value::Int(nanoseconds) => Some(Duration::from_nanoseconds(*nanoseconds)),
        Value::String(text) => Duration::parse(text),
        _ => None,
    };
    duration.map(Value::Duration).ok_or_else(|| wrong(value, "google.protobuf.Duration"))
}

#[expect(clippy::cast_possible_truncation, reason = "the range is held by the condition")]
fn int(_: &mut Meter, values: &[Value]) -> Given {
    let value = one(values)?;
    let overflow = Failure::Overflow("integer");
    Ok(Value::Int(match value {
        Value::UInt(value) => i64::try_from(*value).map_err(|_| overflow)?,
        Value::Double(value) => {
            let fits = *value > -9_223_372_036_854_775_808.0 && *value < 9_223_372_036_854_775_808.0;
            if !fits {
                return Err(overflow);
            }
            *value as i64
        }
        Value::String(text) => text.parse().map_err(|_| wrong(value, "int"))?,
        Value::Timestamp(time) => time.seconds(),
        Value::Duration(duration) => duration.nanoseconds(),
        _ => return Err(wrong(value, "int")),
    }))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is held by the condition"
)]
fn uint(_: &mut Meter, values: &[Value]) -> Given {
    let value = one(values)?;
    let overflow = Failure::Overflow("unsigned integer");
    Ok(Value::UInt(match value {
        Value::Int(value) => u64::try_from(*value).map_err(|_| overflow)?,
        Value::Double(value) => {
            if !(0.0..18_446_744_073_709_551_616.0).contains(value) {
                return Err(overflow);
            }
            *value as u64
        }
        Value::String(text) if !text.starts_with('+') => text.parse().map_err(|_| wrong(value, "uint"))?,
        _ => return Err(wrong(value, "uint")),
    }))
}

fn timestamp(_: &mut Meter, values: &[Value]) -> Given {
    let value = one(values)?;
    let time = match value {
        Value::Int(seconds) => Timestamp::from_seconds(*seconds).ok_or(Failure::Overflow("timestamp"))?,
        Value::String(text) => {
            Timestamp::parse(text).ok_or_else(|| wrong(value, "google.protobuf.Timestamp"))?
        }
        _ => return Err(wrong(value, "google.protobuf.Timestamp")),
    };
    Ok(Value::Timestamp(time))
}

pub(super) fn string(meter: &mut Meter, values: &[Value]) -> Given {
    let value = one(values)?;
    let text = to_string(value).ok_or_else(|| wrong(value, "string"))?;
    meter.memory(text.len())?;
    Ok(Value::String(text.into()))
}

/// The text that `string()` makes of a value; none where it makes none.
pub(crate) fn to_string(value: &Value) -> Option<String> {
    Some(match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::UInt(value) => value.to_string(),
        Value::Double(value) => double_text(*value),
        Value::String(text) => text.to_string(),
        Value::Bytes(bytes) => String::from_utf8(bytes.to_vec()).ok()?,
        Value::Timestamp(time) => time.to_string(),
        Value::Duration(duration) => duration.to_string(),
        Value::Opaque(Opaque::Ip(address)) => address.to_string(),
        Value::Opaque(Opaque::Cidr(cidr)) => cidr.to_string(),
        _ => return None,
    })
}

/// The shortest text of a float that reads back as the same: with an exponent below 1e-4 and from 1e6.
pub(crate) fn double_text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if value != 0.0 && !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs());
    }
    value.to_string()
}

/// A value as messages show it.
pub(crate) fn display(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::List(list) => {
            let mut out = String::from("[");
            for (place, item) in list.iter().take(20).enumerate() {
                let comma = if place > 0 { ", " } else { "" };
                let _ = write!(out, "{comma}{}", display(&item));
            }
            out.push(']');
            out
        }
        Value::Type(name) => name.to_string(),
        other => to_string(other).unwrap_or_else(|| other.type_name().to_string()),
    }
}
