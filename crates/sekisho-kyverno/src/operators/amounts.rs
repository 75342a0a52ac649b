//! Order of numbers, quantities, durations and versions.

use sekisho_manifest::{Duration, Quantity};

use super::order::Order;
use crate::scalar::{Version, parse_float, truncated};
use crate::value::Value;

const SECOND: i64 = 1_000_000_000;

/// Whether an amount stands in an order to another. What is no amount stands in none.
pub(super) fn holds(key: &Value, value: &Value, order: Order) -> bool {
    let number = match key {
        Value::Int(_) | Value::Float(_) => key.as_number(),
        Value::String(text) => {
            if let Some((key, value)) = durations(key, value) {
                return order.is(seconds(key).partial_cmp(&seconds(value)));
            }
            if let Some((key, value)) = quantities(text, value) {
                return order.is(Some(key.cmp(&value)));
            }
            match (parse_float(text), value) {
                (Some(number), _) => Some(number),
                (None, Value::String(value)) => {
                    let versions = Version::parse(text).ok().zip(Version::parse(value).ok());
                    return versions.is_some_and(|(key, value)| order.is(Some(key.cmp(&value))));
                }
                (None, _) => return false,
            }
        }
        _ => None,
    };
    let Some(number) = number else { return false };
    let other = match value {
        Value::Int(_) | Value::Float(_) => value.as_number(),
        Value::String(text) => {
            if let Some((key, value)) = durations(&numeric(key, number), value) {
                return order.is(seconds(key).partial_cmp(&seconds(value)));
            }
            parse_float(text)
        }
        _ => None,
    };
    other.is_some_and(|other| order.is(number.partial_cmp(&other)))
}

/// The key as a number, also where it is written as a text.
fn numeric(key: &Value, number: f64) -> Value {
    if let Value::String(_) = key { Value::Float(number) } else { key.clone() }
}

/// Whether a span of time stands in an order to another.
pub(super) fn durations_hold(key: &Value, value: &Value, order: Order) -> bool {
    let read = |value: &Value| match value {
        Value::String(text) => text.parse::<Duration>().ok(),
        other => whole_seconds(other),
    };
    match (read(key), read(value)) {
        (Some(key), Some(value)) => order.is(Some(key.cmp(&value))),
        _ => false,
    }
}

/// Two spans of time of which one at least is written as such, and the other may be a number of seconds.
pub(super) fn durations(key: &Value, value: &Value) -> Option<(Duration, Duration)> {
    let written = |value: &Value| match value {
        Value::String(text) if text != "0" => text.parse::<Duration>().ok(),
        _ => None,
    };
    let (one, other) = (written(key), written(value));
    if one.is_none() && other.is_none() {
        return None;
    }
    one.or_else(|| whole_seconds(key)).zip(other.or_else(|| whole_seconds(value)))
}

/// A number as so many seconds, its fraction cut off.
fn whole_seconds(value: &Value) -> Option<Duration> {
    let seconds = match value {
        Value::Int(seconds) => *seconds,
        Value::Float(seconds) => truncated(*seconds),
        _ => return None,
    };
    Some(Duration::from_nanoseconds(seconds.wrapping_mul(SECOND)))
}

/// Two quantities that are both written as such.
pub(super) fn quantities(key: &str, value: &Value) -> Option<(Quantity, Quantity)> {
    key.parse().ok().zip(value.as_str()?.parse().ok())
}

/// The span in seconds with a fraction.
#[expect(clippy::cast_precision_loss, reason = "as Go converts")]
pub(super) fn seconds(duration: Duration) -> f64 {
    duration.seconds() as f64 + (duration.nanoseconds() % SECOND) as f64 / 1e9
}
