//! Fields of when an event happened, in UTC.

use std::borrow::Cow;

use jiff::Timestamp;
use sekisho_falco::Value;

use super::values::text;
use crate::event::AuditEvent;

/// A field of when it happened.
#[derive(Clone, Copy, Debug)]
pub(super) enum OfTime {
    /// As text.
    Shown(&'static str),
    Nanoseconds,
    Seconds,
    OfSecond,
    SinceFirst,
    SecondsSinceFirst,
    OfSecondSinceFirst,
}

const SECOND: i128 = 1_000_000_000;

impl OfTime {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "evt.time" => Self::Shown("%H:%M:%S.%9f"),
            "evt.time.s" => Self::Shown("%H:%M:%S"),
            "evt.time.iso8601" => Self::Shown("%Y-%m-%dT%H:%M:%S.%9f+0000"),
            "evt.datetime" => Self::Shown("%Y-%m-%d %H:%M:%S.%9f"),
            "evt.datetime.s" => Self::Shown("%Y-%m-%d %H:%M:%S"),
            "evt.rawtime" => Self::Nanoseconds,
            "evt.rawtime.s" => Self::Seconds,
            "evt.rawtime.ns" => Self::OfSecond,
            "evt.reltime" => Self::SinceFirst,
            "evt.reltime.s" => Self::SecondsSinceFirst,
            "evt.reltime.ns" => Self::OfSecondSinceFirst,
            _ => return None,
        })
    }
}

pub(super) fn extract<'e>(event: &'e AuditEvent<'_>, what: OfTime, values: &mut Vec<Value<'e>>) -> bool {
    let (time, since) = (event.time(), event.time() - event.first());
    let number = match what {
        OfTime::Shown(format) => {
            let Ok(time) = Timestamp::from_nanosecond(time) else { return false };
            values.push(text(Cow::Owned(time.strftime(format).to_string())));
            return true;
        }
        OfTime::Nanoseconds => time,
        OfTime::Seconds => time.div_euclid(SECOND),
        OfTime::OfSecond => time.rem_euclid(SECOND),
        OfTime::SinceFirst => since,
        OfTime::SecondsSinceFirst => since.div_euclid(SECOND),
        OfTime::OfSecondSinceFirst => since.rem_euclid(SECOND),
    };
    // What is before 1970 or before the first event counts as that.
    values.push(Value::UInt(u64::try_from(number).unwrap_or(0)));
    true
}
