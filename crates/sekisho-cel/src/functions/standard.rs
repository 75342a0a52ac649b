//! Operators, and the functions that the language itself brings.

use std::cmp::Ordering;
use std::sync::Arc;

use super::Given;
use crate::budget::Meter;
use crate::error::Failure;
use crate::types::declaration::Form::{Global, Member};
use crate::types::declaration::Line;
use crate::value::compare::{equal, order};
use crate::value::{Opaque, Value};

pub(crate) const LOGIC: &[Line] = &[
    ("_&&_", Global, "logical_and", "bool, bool -> bool", unreachable),
    ("_||_", Global, "logical_or", "bool, bool -> bool", unreachable),
    ("_?_:_", Global, "conditional", "bool, A, A -> A", unreachable),
    ("@not_strictly_false", Global, "not_strictly_false", "bool -> bool", unreachable),
    ("!_", Global, "logical_not", "bool -> bool", not),
    ("_==_", Global, "equals", "A, A -> bool", same),
    ("_!=_", Global, "not_equals", "A, A -> bool", not_same),
    ("_[_]", Global, "index_list", "list(A), int -> A", unreachable),
    ("_[_]", Global, "index_map", "map(A, B), A -> B", unreachable),
    ("@in", Global, "in_list", "A, list(A) -> bool", in_list),
    ("@in", Global, "in_map", "A, map(A, B) -> bool", in_map),
    ("size", Global, "size_string", "string -> int", size),
    ("size", Member, "string_size", "string -> int", size),
    ("size", Global, "size_bytes", "bytes -> int", size),
    ("size", Member, "bytes_size", "bytes -> int", size),
    ("size", Global, "size_list", "list(A) -> int", size),
    ("size", Member, "list_size", "list(A) -> int", size),
    ("size", Global, "size_map", "map(A, B) -> int", size),
    ("size", Member, "map_size", "map(A, B) -> int", size),
    ("contains", Member, "contains_string", "string, string -> bool", contains),
    ("startsWith", Member, "starts_with_string", "string, string -> bool", starts_with),
    ("endsWith", Member, "ends_with_string", "string, string -> bool", ends_with),
    ("matches", Global, "matches", "string, string -> bool", matches),
    ("matches", Member, "matches_string", "string, string -> bool", matches),
];

pub(crate) const ARITHMETIC: &[Line] = &[
    ("_+_", Global, "add_bytes", "bytes, bytes -> bytes", add),
    ("_+_", Global, "add_double", "double, double -> double", add),
    ("_+_", Global, "add_duration_duration", "duration, duration -> duration", add),
    ("_+_", Global, "add_duration_timestamp", "duration, timestamp -> timestamp", add),
    ("_+_", Global, "add_timestamp_duration", "timestamp, duration -> timestamp", add),
    ("_+_", Global, "add_int64", "int, int -> int", add),
    ("_+_", Global, "add_list", "list(A), list(A) -> list(A)", add),
    ("_+_", Global, "add_string", "string, string -> string", add),
    ("_+_", Global, "add_uint64", "uint, uint -> uint", add),
    ("_-_", Global, "subtract_double", "double, double -> double", subtract),
    ("_-_", Global, "subtract_duration_duration", "duration, duration -> duration", subtract),
    ("_-_", Global, "subtract_int64", "int, int -> int", subtract),
    ("_-_", Global, "subtract_timestamp_duration", "timestamp, duration -> timestamp", subtract),
    ("_-_", Global, "subtract_timestamp_timestamp", "timestamp, timestamp -> duration", subtract),
    ("_-_", Global, "subtract_uint64", "uint, uint -> uint", subtract),
    ("_*_", Global, "multiply_double", "double, double -> double", multiply),
    ("_*_", Global, "multiply_int64", "int, int -> int", multiply),
    ("_*_", Global, "multiply_uint64", "uint, uint -> uint", multiply),
    ("_/_", Global, "divide_double", "double, double -> double", divide),
    ("_/_", Global, "divide_int64", "int, int -> int", divide),
    ("_/_", Global, "divide_uint64", "uint, uint -> uint", divide),
    ("_%_", Global, "modulo_int64", "int, int -> int", modulo),
    ("_%_", Global, "modulo_uint64", "uint, uint -> uint", modulo),
    ("-_", Global, "negate_double", "double -> double", negate),
    ("-_", Global, "negate_int64", "int -> int", negate),
];

macro_rules! comparisons {
    ($name:literal, $word:literal, $code:ident) => {
        [
            ($name, Global, concat!($word, "_bool"), "bool, bool -> bool", $code),
            ($name, Global, concat!($word, "_int64"), "int, int -> bool", $code),
            ($name, Global, concat!($word, "_int64_double"), "int, double -> bool", $code),
            ($name, Global, concat!($word, "_int64_uint64"), "int, uint -> bool", $code),
            ($name, Global, concat!($word, "_uint64"), "uint, uint -> bool", $code),
            ($name, Global, concat!($word, "_uint64_double"), "uint, double -> bool", $code),
            ($name, Global, concat!($word, "_uint64_int64"), "uint, int -> bool", $code),
            ($name, Global, concat!($word, "_double"), "double, double -> bool", $code),
            ($name, Global, concat!($word, "_double_int64"), "double, int -> bool", $code),
            ($name, Global, concat!($word, "_double_uint64"), "double, uint -> bool", $code),
            ($name, Global, concat!($word, "_string"), "string, string -> bool", $code),
            ($name, Global, concat!($word, "_bytes"), "bytes, bytes -> bool", $code),
            ($name, Global, concat!($word, "_timestamp"), "timestamp, timestamp -> bool", $code),
            ($name, Global, concat!($word, "_duration"), "duration, duration -> bool", $code),
        ]
    };
}

const COMPARISONS: [[Line; 14]; 4] = [
    comparisons!("_<_", "less", less),
    comparisons!("_<=_", "less_equals", less_equals),
    comparisons!("_>_", "greater", greater),
    comparisons!("_>=_", "greater_equals", greater_equals),
];

pub(crate) const COMPARISON: &[Line] = COMPARISONS.as_flattened();

/// Stands in the table for what the plan evaluates itself.
fn unreachable(_: &mut Meter, _: &[Value]) -> Given {
    Err(Failure::NoSuchOverload)
}

fn not(_: &mut Meter, values: &[Value]) -> Given {
    match values {
        [Value::Bool(value)] => Ok(Value::Bool(!value)),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn same(meter: &mut Meter, values: &[Value]) -> Given {
    match values {
        [Value::Opaque(Opaque::Quantity(_)), Value::Opaque(Opaque::Quantity(other))]
            if other.is_computed() =>
        {
            Err(Failure::NoSuchOverload)
        }
        [a, b] => equal(a, b, meter).map(Value::Bool),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn not_same(meter: &mut Meter, values: &[Value]) -> Given {
    match values {
        [Value::Opaque(Opaque::Quantity(_)), Value::Opaque(Opaque::Quantity(other))]
            if other.is_computed() =>
        {
            Ok(Value::Bool(true))
        }
        [a, b] => equal(a, b, meter).map(|same| Value::Bool(!same)),
        _ => Err(Failure::NoSuchOverload),
    }
}

pub(super) fn in_list(meter: &mut Meter, values: &[Value]) -> Given {
    let [value, Value::List(list)] = values else { return Err(Failure::NoSuchOverload) };
    for item in list.iter() {
        if equal(&item, value, meter)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn in_map(meter: &mut Meter, values: &[Value]) -> Given {
    let [key, Value::Map(map)] = values else { return Err(Failure::NoSuchOverload) };
    Ok(Value::Bool(meter.lookup(map, key)?.is_some()))
}

fn size(meter: &mut Meter, values: &[Value]) -> Given {
    match values {
        [value @ (Value::String(_) | Value::Bytes(_) | Value::List(_) | Value::Map(_))] => {
            if let Value::String(text) = value {
                meter.work(text.len() / 64)?;
            }
            Ok(Value::Int(i64::try_from(value.size()).unwrap_or(i64::MAX)))
        }
        _ => Err(Failure::NoSuchOverload),
    }
}

fn contains(meter: &mut Meter, values: &[Value]) -> Given {
    texts(meter, values, |text, part| text.contains(part))
}

fn starts_with(meter: &mut Meter, values: &[Value]) -> Given {
    texts(meter, values, |text, part| text.starts_with(part))
}

fn ends_with(meter: &mut Meter, values: &[Value]) -> Given {
    texts(meter, values, |text, part| text.ends_with(part))
}

fn texts(meter: &mut Meter, values: &[Value], holds: impl Fn(&str, &str) -> bool) -> Given {
    let [Value::String(text), Value::String(part)] = values else { return Err(Failure::NoSuchOverload) };
    meter.work(text.len() / 64)?;
    Ok(Value::Bool(holds(text, part)))
}

fn matches(meter: &mut Meter, values: &[Value]) -> Given {
    let [Value::String(text), Value::String(pattern)] = values else {
        return Err(Failure::NoSuchOverload);
    };
    let regex = meter.pattern(pattern)?;
    meter.work(text.len() / 4)?;
    Ok(Value::Bool(regex.is_match(text)))
}

pub(super) fn add(meter: &mut Meter, values: &[Value]) -> Given {
    let [a, b] = values else { return Err(Failure::NoSuchOverload) };
    let overflow = |what| move || Failure::Overflow(what);
    Ok(match (a, b) {
        (Value::Int(a), Value::Int(b)) => Value::Int(a.checked_add(*b).ok_or_else(overflow("integer"))?),
        (Value::UInt(a), Value::UInt(b)) => {
            Value::UInt(a.checked_add(*b).ok_or_else(overflow("unsigned integer"))?)
        }
        (Value::Double(a), Value::Double(b)) => Value::Double(a + b),
        (Value::String(a), Value::String(b)) => {
            meter.memory(a.len() + b.len())?;
            Value::String(format!("{a}{b}").into())
        }
        (Value::Bytes(a), Value::Bytes(b)) => {
            meter.memory(a.len() + b.len())?;
            Value::Bytes(Arc::from([&**a, &**b].concat()))
        }
        (Value::List(a), Value::List(b)) => {
            if a.is_empty() || b.is_empty() {
                return Ok(Value::List(if a.is_empty() { b.clone() } else { a.clone() }));
            }
            meter.items(a.len() + b.len())?;
            Value::list(a.iter().chain(b.iter()).collect())
        }
        (Value::Duration(a), Value::Duration(b)) => {
            Value::Duration(a.checked_add(*b).ok_or_else(overflow("duration"))?)
        }
        (Value::Timestamp(time), Value::Duration(duration))
        | (Value::Duration(duration), Value::Timestamp(time)) => {
            Value::Timestamp(time.checked_add(*duration).ok_or_else(overflow("timestamp"))?)
        }
        _ => return Err(Failure::NoSuchOverload),
    })
}

fn subtract(_: &mut Meter, values: &[Value]) -> Given {
    let [a, b] = values else { return Err(Failure::NoSuchOverload) };
    let overflow = |what| move || Failure::Overflow(what);
    Ok(match (a, b) {
        (Value::Int(a), Value::Int(b)) => Value::Int(a.checked_sub(*b).ok_or_else(overflow("integer"))?),
        (Value::UInt(a), Value::UInt(b)) => {
            Value::UInt(a.checked_sub(*b).ok_or_else(overflow("unsigned integer"))?)
        }
        (Value::Double(a), Value::Double(b)) => Value::Double(a - b),
        (Value::Duration(a), Value::Duration(b)) => {
            Value::Duration(a.checked_sub(*b).ok_or_else(overflow("duration"))?)
        }
        (Value::Timestamp(time), Value::Duration(duration)) => {
            Value::Timestamp(time.checked_sub(*duration).ok_or_else(overflow("timestamp"))?)
        }
        (Value::Timestamp(a), Value::Timestamp(b)) => {
            Value::Duration(a.since(*b).ok_or_else(overflow("integer"))?)
        }
        _ => return Err(Failure::NoSuchOverload),
    })
}

fn multiply(_: &mut Meter, values: &[Value]) -> Given {
    Ok(match values {
        [Value::Int(a), Value::Int(b)] => Value::Int(a.checked_mul(*b).ok_or(Failure::Overflow("integer"))?),
        [Value::UInt(a), Value::UInt(b)] => {
            Value::UInt(a.checked_mul(*b).ok_or(Failure::Overflow("unsigned integer"))?)
        }
        [Value::Double(a), Value::Double(b)] => Value::Double(a * b),
        _ => return Err(Failure::NoSuchOverload),
    })
}

fn divide(_: &mut Meter, values: &[Value]) -> Given {
    Ok(match values {
        [Value::Int(_), Value::Int(0)] | [Value::UInt(_), Value::UInt(0)] => {
            return Err(Failure::DivisionByZero);
        }
        [Value::Int(a), Value::Int(b)] => Value::Int(a.checked_div(*b).ok_or(Failure::Overflow("integer"))?),
        [Value::UInt(a), Value::UInt(b)] => Value::UInt(a / b),
        [Value::Double(a), Value::Double(b)] => Value::Double(a / b),
        _ => return Err(Failure::NoSuchOverload),
    })
}

fn modulo(_: &mut Meter, values: &[Value]) -> Given {
    Ok(match values {
        [Value::Int(_), Value::Int(0)] | [Value::UInt(_), Value::UInt(0)] => {
            return Err(Failure::ModulusByZero);
        }
        [Value::Int(a), Value::Int(b)] => Value::Int(a.checked_rem(*b).ok_or(Failure::Overflow("integer"))?),
        [Value::UInt(a), Value::UInt(b)] => Value::UInt(a % b),
        _ => return Err(Failure::NoSuchOverload),
    })
}

fn negate(_: &mut Meter, values: &[Value]) -> Given {
    Ok(match values {
        [Value::Int(value)] => Value::Int(value.checked_neg().ok_or(Failure::Overflow("integer"))?),
        [Value::Double(value)] => Value::Double(-value),
        [Value::Duration(value)] => Value::Duration(value.checked_neg().ok_or(Failure::Overflow("integer"))?),
        _ => return Err(Failure::NoSuchOverload),
    })
}

fn compare(meter: &mut Meter, values: &[Value], holds: fn(Ordering) -> bool) -> Given {
    let [a, b] = values else { return Err(Failure::NoSuchOverload) };
    if let (Value::String(a), Value::String(b)) = (a, b) {
        meter.work(a.len().min(b.len()) / 64)?;
    }
    match order(a, b) {
        Some(order) => Ok(Value::Bool(holds(order))),
        None if is_number(a) && is_number(b) => Err(Failure::argument("NaN values cannot be ordered")),
        None => Err(Failure::NoSuchOverload),
    }
}

fn is_number(value: &Value) -> bool {
    matches!(value, Value::Int(_) | Value::UInt(_) | Value::Double(_))
}

fn less(meter: &mut Meter, values: &[Value]) -> Given {
    compare(meter, values, Ordering::is_lt)
}

fn less_equals(meter: &mut Meter, values: &[Value]) -> Given {
    compare(meter, values, Ordering::is_le)
}

fn greater(meter: &mut Meter, values: &[Value]) -> Given {
    compare(meter, values, Ordering::is_gt)
}

fn greater_equals(meter: &mut Meter, values: &[Value]) -> Given {
    compare(meter, values, Ordering::is_ge)
}
