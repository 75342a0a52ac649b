//! Equality and order of values, across number types.

use std::cmp::Ordering;

use super::Value;
use crate::budget::Meter;
use crate::error::Failure;

/// Whether two values are the same. Values of different types are not, numbers apart.
pub(crate) fn equal(a: &Value, b: &Value, meter: &mut Meter) -> Result<bool, Failure> {
    meter.work(1)?;
    Ok(match (a, b) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::String(a), Value::String(b)) | (Value::Type(a), Value::Type(b)) => a == b,
        (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::Timestamp(a), Value::Timestamp(b)) => a == b,
        (Value::Duration(a), Value::Duration(b)) => a == b,
        (
            Value::Int(_) | Value::UInt(_) | Value::Double(_),
            Value::Int(_) | Value::UInt(_) | Value::Double(_),
        ) => order(a, b) == Some(Ordering::Equal),
        (Value::List(a), Value::List(b)) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            for (a, b) in a.iter().zip(b.iter()) {
                if !equal(&a, &b, meter)? {
                    return Ok(false);
                }
            }
            true
        }
        (Value::Map(a), Value::Map(b)) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            for (key, value) in a.iter() {
                let Some(other) = meter.lookup(b, &key)? else { return Ok(false) };
                if !equal(&value, &other, meter)? {
                    return Ok(false);
                }
            }
            true
        }
        (Value::Optional(a), Value::Optional(b)) => match (a, b) {
            (Some(a), Some(b)) => equal(a, b, meter)?,
            (None, None) => true,
            _ => false,
        },
        (Value::Struct(a), Value::Struct(b)) => {
            if a.name != b.name || a.fields.len() != b.fields.len() {
                return Ok(false);
            }
            for (name, value) in &a.fields {
                let Some(other) = b.field(name) else { return Ok(false) };
                if !equal(value, other, meter)? {
                    return Ok(false);
                }
            }
            true
        }
        (Value::Opaque(a), Value::Opaque(b)) => a.equal(b),
        _ => false,
    })
}

/// The order of two values of one type, or of two numbers; none where there is none.
#[expect(clippy::cast_precision_loss, reason = "the reference engine compares with the same rounding")]
pub(crate) fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::UInt(a), Value::UInt(b)) => Some(a.cmp(b)),
        (Value::Double(a), Value::Double(b)) => a.partial_cmp(b),
        (Value::Int(a), Value::UInt(b)) => Some(i128::from(*a).cmp(&i128::from(*b))),
        (Value::UInt(a), Value::Int(b)) => Some(i128::from(*a).cmp(&i128::from(*b))),
        (Value::Int(a), Value::Double(b)) => {
            order_float(*b, *a as f64, -9_223_372_036_854_775_808.0, 9_223_372_036_854_775_808.0)
                .map(Ordering::reverse)
        }
        (Value::UInt(a), Value::Double(b)) => {
            order_float(*b, *a as f64, 0.0, 18_446_744_073_709_551_616.0).map(Ordering::reverse)
        }
        (Value::Double(_), Value::Int(_) | Value::UInt(_)) => order(b, a).map(Ordering::reverse),
        (Value::String(a), Value::String(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
        (Value::Bytes(a), Value::Bytes(b)) => Some(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Timestamp(a), Value::Timestamp(b)) => Some(a.cmp(b)),
        (Value::Duration(a), Value::Duration(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// The order of a float and a whole number that lies from `least` to below `beyond`.
fn order_float(float: f64, whole: f64, least: f64, beyond: f64) -> Option<Ordering> {
    if float < least {
        return Some(Ordering::Less);
    }
    if float > beyond {
        return Some(Ordering::Greater);
    }
    float.partial_cmp(&whole)
}
