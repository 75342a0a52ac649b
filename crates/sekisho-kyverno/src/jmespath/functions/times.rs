//! Functions of time.

use sekisho_go::time::{Civil, Moment, Zone, parse};
use sekisho_manifest::Duration;
use smol_str::SmolStr;

use super::function::{Argument, Function, Given, Type, function, text};
use crate::jmespath::error::JmespathError;
use crate::jmespath::surroundings::Surroundings;

/// The layout of RFC 3339.
const RFC_3339: &str = "2006-01-02T15:04:05Z07:00";

/// The longest text and layout that are read.
const LONGEST: usize = 1_000;

const STRING: &[Type] = &[Type::String];

pub(super) const TABLE: &[Function] = &[
    function(("time_since", &[STRING, STRING, STRING], time_since)),
    function(("time_now", &[], |_, around| Ok(now(around).to_string().into()))),
    function(("time_now_utc", &[], |_, around| Ok(now(around).to_string().into()))),
    function(("time_parse", &[STRING, STRING], time_parse)),
    function(("time_utc", &[STRING], |given, _| Ok(moment(given, 0)?.within(Zone::Utc).to_string().into()))),
    function(("time_to_cron", &[STRING], |given, _| Ok(to_cron(&moment(given, 0)?).into()))),
    function(("time_add", &[STRING, STRING], |given, _| {
        Ok(moment(given, 0)?.plus(duration(given, 1)?.nanoseconds()).to_string().into())
    })),
    function(("time_diff", &[STRING, STRING], |given, _| {
        Ok(moment(given, 1)?.since(&moment(given, 0)?).to_string().into())
    })),
    function(("time_before", &[STRING, STRING], |given, _| {
        Ok((moment(given, 0)?.total() < moment(given, 1)?.total()).into())
    })),
    function(("time_after", &[STRING, STRING], |given, _| {
        Ok((moment(given, 0)?.total() > moment(given, 1)?.total()).into())
    })),
    function(("time_between", &[STRING, STRING, STRING], |given, _| {
        let [time, start, end] = [moment(given, 0)?, moment(given, 1)?, moment(given, 2)?];
        Ok((start.total() < time.total() && time.total() < end.total()).into())
    })),
    function(("time_truncate", &[STRING, STRING], |given, _| {
        Ok(moment(given, 0)?.truncated(duration(given, 1)?.nanoseconds()).to_string().into())
    })),
];

fn now(around: &Surroundings<'_>) -> Moment {
    Moment::from_nanoseconds(around.settings.now, Zone::Utc)
}

fn read(layout: &str, text: &str) -> Result<Moment, JmespathError> {
    if layout.len() > LONGEST || text.len() > LONGEST {
        return Err(JmespathError::refused("parsing time: the text or its layout is too long"));
    }
    parse(layout.as_bytes(), text.as_bytes()).map_err(JmespathError::refused)
}

fn moment(given: &[Argument<'_>], place: usize) -> Result<Moment, JmespathError> {
    read(RFC_3339, &text(given, place)?)
}

fn duration(given: &[Argument<'_>], place: usize) -> Result<Duration, JmespathError> {
    let text = text(given, place)?;
    text.parse().map_err(|_| JmespathError::refused(format!("time: invalid duration {text:?}")))
}

fn time_since(given: &[Argument<'_>], around: &Surroundings<'_>) -> Given {
    let layout = text(given, 0)?;
    let layout = if layout.is_empty() { SmolStr::new(RFC_3339) } else { layout };
    let start = read(&layout, &text(given, 1)?)?;
    let end = text(given, 2)?;
    let end = if end.is_empty() { now(around) } else { read(&layout, &end)? };
    Ok(end.since(&start).to_string().into())
}

/// A layout that is a number stands for seconds since 1970.
fn time_parse(given: &[Argument<'_>], _: &Surroundings<'_>) -> Given {
    let (layout, source) = (text(given, 0)?, text(given, 1)?);
    if layout.parse::<i64>().is_ok() {
        let seconds: i64 = source.parse().map_err(|_| {
            JmespathError::refused(format!("strconv.ParseInt: parsing {source:?}: invalid syntax"))
        })?;
        return Ok(Moment { seconds, nanoseconds: 0, zone: Zone::Utc }.to_string().into());
    }
    Ok(read(&layout, &source)?.to_string().into())
}

/// Minute, hour, day, month and day of the week, as a schedule of cron has them.
fn to_cron(moment: &Moment) -> String {
    let civil = moment.civil();
    let Civil { month, day, hour, minute, .. } = civil;
    format!("{minute} {hour} {day} {month} {}", civil.weekday())
}
