//! The functions of dates and durations.

use sekisho_manifest::Duration;

use sekisho_go::time::{Moment, Zone, parse, quote, round};

use super::moment::MOMENT;
use crate::call::Call;
use crate::error::CallError;
use crate::functions::arguments::{text, value};
use crate::functions::{Body, Family, Function};
use crate::value::{Data, IntType, Text, Type, Value};

/// The table of the family.
pub(in crate::functions) const FAMILY: Family = &[
    Function::new("now", &[], |call, _| Ok(Value::host(now(call)))),
    Function::new("date", LAYOUT_AND_DATE, |call, args| {
        Ok(shown(call, text(args, 0), value(args, 1), "Local").into())
    }),
    Function::new("dateInZone", LAYOUT_DATE_AND_ZONE, DATE_IN_ZONE),
    Function::new("date_in_zone", LAYOUT_DATE_AND_ZONE, DATE_IN_ZONE),
    Function::new("htmlDate", &[Type::Any], |call, args| {
        Ok(shown(call, &HTML.into(), value(args, 0), "Local").into())
    }),
    Function::new("htmlDateInZone", &[Type::Any, Type::String], |call, args| {
        Ok(shown(call, &HTML.into(), value(args, 0), &text(args, 1).to_str()).into())
    }),
    Function::new("dateModify", DURATION_AND_DATE, DATE_MODIFY),
    Function::new("date_modify", DURATION_AND_DATE, DATE_MODIFY),
    Function::new("mustDateModify", DURATION_AND_DATE, MUST_DATE_MODIFY),
    Function::new("must_date_modify", DURATION_AND_DATE, MUST_DATE_MODIFY),
    Function::new("toDate", TWO_TEXTS, |_, args| {
        let moment = parse(text(args, 0).as_bytes(), text(args, 1).as_bytes());
        Ok(Value::host(moment.unwrap_or_else(|_| Moment::zero())))
    }),
    Function::new("mustToDate", TWO_TEXTS, |_, args| {
        let moment = parse(text(args, 0).as_bytes(), text(args, 1).as_bytes());
        moment.map(Value::host).map_err(CallError::Message)
    }),
    Function::new("unixEpoch", &[MOMENT], |_, args| Ok(moment(value(args, 0)).seconds.to_string().into())),
    Function::new("ago", &[Type::Any], |call, args| {
        let now = now(call);
        let since = match &value(args, 0).data {
            Data::Int(seconds, IntType::Int | IntType::Int64) => now.since(&Moment::local(*seconds)),
            _ => value(args, 0).as_host::<Moment>().map_or_else(Duration::default, |then| now.since(then)),
        };
        Ok(round(since, 1_000_000_000).to_string().into())
    }),
    Function::new("duration", &[Type::Any], |_, args| {
        let seconds = match &value(args, 0).data {
            Data::Text(text) => parse_seconds(&text.to_str()),
            Data::Int(seconds, IntType::Int64) => *seconds,
            _ => 0,
        };
        Ok(Duration::from_nanoseconds(seconds.wrapping_mul(1_000_000_000)).to_string().into())
    }),
    Function::new("durationRound", &[Type::Any], |call, args| {
        let now = now(call);
        let duration = match &value(args, 0).data {
            Data::Text(text) => text.to_str().parse().unwrap_or_default(),
            Data::Int(nanoseconds, IntType::Int64) => Duration::from_nanoseconds(*nanoseconds),
            _ => value(args, 0).as_host::<Moment>().map_or_else(Duration::default, |then| now.since(then)),
        };
        Ok(largest_unit(duration).into())
    }),
];

const TWO_TEXTS: &[Type] = &[Type::String, Type::String];
const LAYOUT_AND_DATE: &[Type] = &[Type::String, Type::Any];
const LAYOUT_DATE_AND_ZONE: &[Type] = &[Type::String, Type::Any, Type::String];
const DURATION_AND_DATE: &[Type] = &[Type::String, MOMENT];

/// The layout of dates in HTML forms.
const HTML: &str = "2006-01-02";

const DATE_IN_ZONE: Body =
    |call, args| Ok(shown(call, text(args, 0), value(args, 1), &text(args, 2).to_str()).into());

const DATE_MODIFY: Body = |_, args| {
    let moment = moment(value(args, 1));
    Ok(match text(args, 0).to_str().parse::<Duration>() {
        Ok(duration) => Value::host(moment.plus(duration.nanoseconds())),
        Err(_) => Value::host(moment),
    })
};

const MUST_DATE_MODIFY: Body = |_, args| {
    let written = text(args, 0).to_str();
    let duration: Duration = written.parse().map_err(|_| duration_error(&written))?;
    Ok(Value::host(moment(value(args, 1)).plus(duration.nanoseconds())))
};

/// The instant that the run takes for now.
fn now(call: &mut Call<'_>) -> Moment {
    Moment::local(call.state().now)
}

fn moment(value: &Value) -> Moment {
    value.as_host::<Moment>().cloned().unwrap_or_else(Moment::zero)
}

/// A date in a zone; what is no date is taken for now, what is no zone for UTC.
fn shown(call: &mut Call<'_>, layout: &Text, date: &Value, zone: &str) -> Text {
    let moment = match &date.data {
        Data::Int(seconds, IntType::Int | IntType::Int32 | IntType::Int64) => Moment::local(*seconds),
        _ => date.as_host::<Moment>().cloned().unwrap_or_else(|| now(call)),
    };
    Text::from_bytes(moment.within(Zone::named(zone).unwrap_or(Zone::Utc)).format(layout.as_bytes()))
}

/// Reads a decimal number; what is too large becomes the largest or smallest one, what is no number 0.
fn parse_seconds(text: &str) -> i64 {
    match text.parse() {
        Ok(seconds) => seconds,
        Err(error) => match error.kind() {
            std::num::IntErrorKind::PosOverflow => i64::MAX,
            std::num::IntErrorKind::NegOverflow => i64::MIN,
            _ => 0,
        },
    }
}

/// What Go says of a text that is no duration.
fn duration_error(written: &str) -> CallError {
    let shown = quote(written.as_bytes());
    let mut rest = written.strip_prefix(['-', '+']).unwrap_or(written);
    while rest.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        let number = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let number =
            number.strip_prefix('.').unwrap_or(number).trim_start_matches(|c: char| c.is_ascii_digit());
        let length = number.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(number.len());
        let (unit, behind) = number.split_at(length);
        let digits = rest.get(..rest.len() - number.len()).unwrap_or("");
        if !digits.contains(|c: char| c.is_ascii_digit()) {
            break;
        }
        if unit.is_empty() {
            return CallError::Message(format!("time: missing unit in duration {shown}"));
        }
        if format!("0{unit}").parse::<Duration>().is_err() {
            let unit = quote(unit.as_bytes());
            return CallError::Message(format!("time: unknown unit {unit} in duration {shown}"));
        }
        rest = behind;
    }
    CallError::Message(format!("time: invalid duration {shown}"))
}

/// A duration in the largest unit of which it is more than one: `3h`, `2mo`.
fn largest_unit(duration: Duration) -> String {
    const UNITS: [(&str, u64); 6] = [
        ("y", 365 * 24 * 3_600),
        ("mo", 30 * 24 * 3_600),
        ("d", 24 * 3_600),
        ("h", 3_600),
        ("m", 60),
        ("s", 1),
    ];
    let size = duration.nanoseconds().unsigned_abs();
    UNITS
        .iter()
        .map(|(name, seconds)| (name, seconds * 1_000_000_000))
        .find(|(_, unit)| size > *unit)
        .map_or_else(|| "0s".to_owned(), |(name, unit)| format!("{}{name}", size / unit))
}
