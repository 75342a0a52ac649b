//! The parts of points in time and of spans.

use super::Given;
use crate::budget::Meter;
use crate::error::Failure;
use crate::types::declaration::Form::Member;
use crate::types::declaration::Line;
use crate::value::Value;
use crate::value::civil::Civil;

macro_rules! getter {
    ($name:literal, $word:literal, $code:ident) => {
        [
            ($name, Member, concat!("timestamp_to_", $word), "timestamp -> int", $code),
            ($name, Member, concat!("timestamp_to_", $word, "_with_tz"), "timestamp, string -> int", $code),
        ]
    };
}

const GETTERS: [[Line; 2]; 10] = [
    getter!("getFullYear", "year", full_year),
    getter!("getMonth", "month", month),
    getter!("getDayOfYear", "day_of_year", day_of_year),
    getter!("getDayOfMonth", "day_of_month", day_of_month),
    getter!("getDate", "day_of_month_1_based", date),
    getter!("getDayOfWeek", "day_of_week", day_of_week),
    getter!("getHours", "hours", hours),
    getter!("getMinutes", "minutes", minutes),
    getter!("getSeconds", "seconds", seconds),
    getter!("getMilliseconds", "milliseconds", milliseconds),
];

pub(crate) const POINTS: &[Line] = GETTERS.as_flattened();

pub(crate) const SPANS: &[Line] = &[
    ("getHours", Member, "duration_to_hours", "duration -> int", hours),
    ("getMinutes", Member, "duration_to_minutes", "duration -> int", minutes),
    ("getSeconds", Member, "duration_to_seconds", "duration -> int", seconds),
    ("getMilliseconds", Member, "duration_to_milliseconds", "duration -> int", milliseconds),
];

fn civil(values: &[Value], part: impl Fn(Civil) -> i64) -> Given {
    let (time, zone) = match values {
        [Value::Timestamp(time)] => (time, None),
        [Value::Timestamp(time), Value::String(zone)] => (time, Some(zone.as_str())),
        _ => return Err(Failure::NoSuchOverload),
    };
    let civil = time.civil(zone);
    let civil =
        civil.ok_or_else(|| Failure::argument(format!("unknown time zone {}", zone.unwrap_or("UTC"))))?;
    Ok(Value::Int(part(civil)))
}

fn full_year(_: &mut Meter, values: &[Value]) -> Given {
    civil(values, |time| time.year)
}

fn month(_: &mut Meter, values: &[Value]) -> Given {
    civil(values, |time| time.month - 1)
}

fn day_of_year(_: &mut Meter, values: &[Value]) -> Given {
    civil(values, |time| time.day_of_year - 1)
}

fn day_of_month(_: &mut Meter, values: &[Value]) -> Given {
    civil(values, |time| time.day - 1)
}

fn date(_: &mut Meter, values: &[Value]) -> Given {
    civil(values, |time| time.day)
}

fn day_of_week(_: &mut Meter, values: &[Value]) -> Given {
    civil(values, |time| time.weekday)
}

fn hours(_: &mut Meter, values: &[Value]) -> Given {
    match values {
        [Value::Duration(duration)] => Ok(Value::Int(duration.nanoseconds() / 3_600_000_000_000)),
        _ => civil(values, |time| time.hour),
    }
}

fn minutes(_: &mut Meter, values: &[Value]) -> Given {
    match values {
        [Value::Duration(duration)] => Ok(Value::Int(duration.nanoseconds() / 60_000_000_000)),
        _ => civil(values, |time| time.minute),
    }
}

fn seconds(_: &mut Meter, values: &[Value]) -> Given {
    match values {
        [Value::Duration(duration)] => Ok(Value::Int(duration.nanoseconds() / 1_000_000_000)),
        _ => civil(values, |time| time.second),
    }
}

/// Of a span all of its milliseconds, of a point those of its second.
fn milliseconds(_: &mut Meter, values: &[Value]) -> Given {
    match values {
        [Value::Duration(duration)] => Ok(Value::Int(duration.nanoseconds() / 1_000_000)),
        _ => civil(values, |time| time.nanosecond / 1_000_000),
    }
}
