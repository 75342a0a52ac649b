//! Numbers: extremes, rounding, signs, bits.

use std::cmp::Ordering;

use super::Given;
use crate::budget::Meter;
use crate::error::Failure;
use crate::types::declaration::Form::Global;
use crate::types::declaration::Line;
use crate::value::Value;
use crate::value::compare::order;

macro_rules! extremes {
    ($name:literal, $word:literal, $code:ident) => {
        [
            ($name, Global, concat!($word, "_double"), "double -> double", $code),
            ($name, Global, concat!($word, "_int"), "int -> int", $code),
            ($name, Global, concat!($word, "_uint"), "uint -> uint", $code),
            ($name, Global, concat!($word, "_double_double"), "double, double -> double", $code),
            ($name, Global, concat!($word, "_int_int"), "int, int -> int", $code),
            ($name, Global, concat!($word, "_uint_uint"), "uint, uint -> uint", $code),
            ($name, Global, concat!($word, "_int_uint"), "int, uint -> dyn", $code),
            ($name, Global, concat!($word, "_int_double"), "int, double -> dyn", $code),
            ($name, Global, concat!($word, "_double_int"), "double, int -> dyn", $code),
            ($name, Global, concat!($word, "_double_uint"), "double, uint -> dyn", $code),
            ($name, Global, concat!($word, "_uint_int"), "uint, int -> dyn", $code),
            ($name, Global, concat!($word, "_uint_double"), "uint, double -> dyn", $code),
            ($name, Global, concat!($word, "_list_double"), "list(double) -> double", $code),
            ($name, Global, concat!($word, "_list_int"), "list(int) -> int", $code),
            ($name, Global, concat!($word, "_list_uint"), "list(uint) -> uint", $code),
        ]
    };
}

const EXTREMES: [[Line; 15]; 2] =
    [extremes!("math.@min", "math_@min", least), extremes!("math.@max", "math_@max", greatest)];

const OTHERS: &[Line] = &[
    ("math.ceil", Global, "math_ceil_double", "double -> double", ceil),
    ("math.floor", Global, "math_floor_double", "double -> double", floor),
    ("math.round", Global, "math_round_double", "double -> double", round),
    ("math.trunc", Global, "math_trunc_double", "double -> double", trunc),
    ("math.isInf", Global, "math_isInf_double", "double -> bool", is_infinite),
    ("math.isNaN", Global, "math_isNaN_double", "double -> bool", is_nan),
    ("math.isFinite", Global, "math_isFinite_double", "double -> bool", is_finite),
    ("math.abs", Global, "math_abs_double", "double -> double", abs),
    ("math.abs", Global, "math_abs_int", "int -> int", abs),
    ("math.abs", Global, "math_abs_uint", "uint -> uint", abs),
    ("math.sign", Global, "math_sign_double", "double -> double", sign),
    ("math.sign", Global, "math_sign_int", "int -> int", sign),
    ("math.sign", Global, "math_sign_uint", "uint -> uint", sign),
    ("math.sqrt", Global, "math_sqrt_double", "double -> double", sqrt),
    ("math.sqrt", Global, "math_sqrt_int", "int -> double", sqrt),
    ("math.sqrt", Global, "math_sqrt_uint", "uint -> double", sqrt),
    ("math.bitAnd", Global, "math_bitAnd_int_int", "int, int -> int", bit_and),
    ("math.bitAnd", Global, "math_bitAnd_uint_uint", "uint, uint -> uint", bit_and),
    ("math.bitOr", Global, "math_bitOr_int_int", "int, int -> int", bit_or),
    ("math.bitOr", Global, "math_bitOr_uint_uint", "uint, uint -> uint", bit_or),
    ("math.bitXor", Global, "math_bitXor_int_int", "int, int -> int", bit_xor),
    ("math.bitXor", Global, "math_bitXor_uint_uint", "uint, uint -> uint", bit_xor),
    ("math.bitNot", Global, "math_bitNot_int_int", "int -> int", bit_not),
    ("math.bitNot", Global, "math_bitNot_uint_uint", "uint -> uint", bit_not),
    ("math.bitShiftLeft", Global, "math_bitShiftLeft_int_int", "int, int -> int", shift_left),
    ("math.bitShiftLeft", Global, "math_bitShiftLeft_uint_int", "uint, int -> uint", shift_left),
    ("math.bitShiftRight", Global, "math_bitShiftRight_int_int", "int, int -> int", shift_right),
    ("math.bitShiftRight", Global, "math_bitShiftRight_uint_int", "uint, int -> uint", shift_right),
];

pub(crate) const TABLES: &[&[Line]] = &[EXTREMES.as_flattened(), OTHERS];

fn extreme(meter: &mut Meter, values: &[Value], wins: Ordering) -> Given {
    let mut best: Option<Value> = None;
    let list;
    let candidates = match values {
        [Value::List(items)] => {
            meter.work(items.len())?;
            list = items.iter().collect::<Vec<_>>();
            &list
        }
        others => others,
    };
    for value in candidates {
        if !matches!(value, Value::Int(_) | Value::UInt(_) | Value::Double(_)) {
            return Err(Failure::NoSuchOverload);
        }
        let better = best.as_ref().is_none_or(|best| order(value, best) == Some(wins));
        if better {
            best = Some(value.clone());
        }
    }
    best.ok_or_else(|| Failure::argument("math.@min or math.@max of an empty list"))
}

fn least(meter: &mut Meter, values: &[Value]) -> Given {
    extreme(meter, values, Ordering::Less)
}

fn greatest(meter: &mut Meter, values: &[Value]) -> Given {
    extreme(meter, values, Ordering::Greater)
}

fn float(values: &[Value], apply: impl Fn(f64) -> f64) -> Given {
    match values {
        [Value::Double(value)] => Ok(Value::Double(apply(*value))),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn ceil(_: &mut Meter, values: &[Value]) -> Given {
    float(values, f64::ceil)
}

fn floor(_: &mut Meter, values: &[Value]) -> Given {
    float(values, f64::floor)
}

fn round(_: &mut Meter, values: &[Value]) -> Given {
    float(values, f64::round)
}

fn trunc(_: &mut Meter, values: &[Value]) -> Given {
    float(values, f64::trunc)
}

fn test(values: &[Value], holds: impl Fn(f64) -> bool) -> Given {
    match values {
        [Value::Double(value)] => Ok(Value::Bool(holds(*value))),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn is_infinite(_: &mut Meter, values: &[Value]) -> Given {
    test(values, f64::is_infinite)
}

fn is_nan(_: &mut Meter, values: &[Value]) -> Given {
    test(values, f64::is_nan)
}

fn is_finite(_: &mut Meter, values: &[Value]) -> Given {
    test(values, f64::is_finite)
}

fn abs(_: &mut Meter, values: &[Value]) -> Given {
    Ok(match values {
        [Value::Int(value)] => Value::Int(value.checked_abs().ok_or(Failure::Overflow("integer"))?),
        [Value::UInt(value)] => Value::UInt(*value),
        [Value::Double(value)] => Value::Double(value.abs()),
        _ => return Err(Failure::NoSuchOverload),
    })
}

fn sign(_: &mut Meter, values: &[Value]) -> Given {
    Ok(match values {
        [Value::Int(value)] => Value::Int(value.signum()),
        [Value::UInt(value)] => Value::UInt(u64::from(*value > 0)),
        [Value::Double(value)] if value.is_nan() || *value == 0.0 => Value::Double(*value),
        [Value::Double(value)] => Value::Double(value.signum()),
        _ => return Err(Failure::NoSuchOverload),
    })
}

#[expect(clippy::cast_precision_loss, reason = "the root is a float")]
fn sqrt(_: &mut Meter, values: &[Value]) -> Given {
    Ok(Value::Double(match values {
        [Value::Int(value)] => (*value as f64).sqrt(),
        [Value::UInt(value)] => (*value as f64).sqrt(),
        [Value::Double(value)] => value.sqrt(),
        _ => return Err(Failure::NoSuchOverload),
    }))
}

fn bits(values: &[Value], signed: fn(i64, i64) -> i64, unsigned: fn(u64, u64) -> u64) -> Given {
    Ok(match values {
        [Value::Int(a), Value::Int(b)] => Value::Int(signed(*a, *b)),
        [Value::UInt(a), Value::UInt(b)] => Value::UInt(unsigned(*a, *b)),
        _ => return Err(Failure::NoSuchOverload),
    })
}

fn bit_and(_: &mut Meter, values: &[Value]) -> Given {
    bits(values, |a, b| a & b, |a, b| a & b)
}

fn bit_or(_: &mut Meter, values: &[Value]) -> Given {
    bits(values, |a, b| a | b, |a, b| a | b)
}

fn bit_xor(_: &mut Meter, values: &[Value]) -> Given {
    bits(values, |a, b| a ^ b, |a, b| a ^ b)
}

fn bit_not(_: &mut Meter, values: &[Value]) -> Given {
    Ok(match values {
        [Value::Int(value)] => Value::Int(!value),
        [Value::UInt(value)] => Value::UInt(!value),
        _ => return Err(Failure::NoSuchOverload),
    })
}

/// The bits of a number, how far they move, and whether the number has a sign.
fn shift(values: &[Value], apply: fn(u64, u32) -> Option<u64>) -> Given {
    let (bits, by) = match values {
        [Value::Int(value), Value::Int(by)] => (value.cast_unsigned(), *by),
        [Value::UInt(value), Value::Int(by)] => (*value, *by),
        _ => return Err(Failure::NoSuchOverload),
    };
    let by =
        u64::try_from(by).map_err(|_| Failure::Argument(format!("math shift by a negative offset: {by}")))?;
    let moved = u32::try_from(by).ok().and_then(|by| apply(bits, by)).unwrap_or(0);
    Ok(if matches!(values, [Value::Int(_), _]) {
        Value::Int(moved.cast_signed())
    } else {
        Value::UInt(moved)
    })
}

fn shift_left(_: &mut Meter, values: &[Value]) -> Given {
    shift(values, u64::checked_shl)
}

fn shift_right(_: &mut Meter, values: &[Value]) -> Given {
    shift(values, u64::checked_shr)
}
