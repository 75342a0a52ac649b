//! Functions of time.

use sekisho_manifest::Duration;
use smol_str::SmolStr;

use super::{Argument, Function, Given, Type, function, text};
use crate::jmespath::{JmespathError, Surroundings};
use crate::time::{Moment, RFC_3339};

const STRING: &[Type] = &[Type::String];

pub(super) const TABLE: &[Function] = &[
    function(("time_since", &[STRING, STRING, STRING], time_since)),
    function(("time_now", &[], |_, around| Ok(now(around).to_string().into()))),
    function(("time_now_utc", &[], |_, around| Ok(now(around).to_string().into()))),
    function(("time_parse", &[STRING, STRING], time_parse)),
    function(("time_utc", &[STRING], |given, _| Ok(moment(given, 0)?.in_utc().to_string().into()))),
    function(("time_to_cron", &[STRING], |given, _| Ok(moment(given, 0)?.to_cron().into()))),
    function(("time_add", &[STRING, STRING], |given, _| {
        Ok(moment(given, 0)?.plus(duration(given, 1)?.nanoseconds().into()).to_string().into())
    })),
    function(("time_diff", &[STRING, STRING], |given, _| {
        Ok(moment(given, 1)?.since(moment(given, 0)?).to_string().into())
    })),
    function(("time_before", &[STRING, STRING], |given, _| {
        Ok((moment(given, 0)?.nanoseconds() < moment(given, 1)?.nanoseconds()).into())
    })),
    function(("time_after", &[STRING, STRING], |given, _| {
        Ok((moment(given, 0)?.nanoseconds() > moment(given, 1)?.nanoseconds()).into())
    })),
    function(("time_between", &[STRING, STRING, STRING], |given, _| {
        let [time, start, end] = [moment(given, 0)?, moment(given, 1)?, moment(given, 2)?];
        Ok((start.nanoseconds() < time.nanoseconds() && time.nanoseconds() < end.nanoseconds()).into())
    })),
    function(("time_truncate", &[STRING, STRING], |given, _| {
        Ok(moment(given, 0)?.truncated(duration(given, 1)?).to_string().into())
    })),
];

fn now(around: &Surroundings<'_>) -> Moment {
    Moment::from_nanoseconds(around.settings.now)
}

fn read(layout: &str, text: &str) -> Result<Moment, JmespathError> {
    Moment::parse(layout, text).map_err(JmespathError::refused)
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
    Ok(end.since(start).to_string().into())
}

/// A layout that is a number stands for seconds since 1970.
fn time_parse(given: &[Argument<'_>], _: &Surroundings<'_>) -> Given {
    let (layout, source) = (text(given, 0)?, text(given, 1)?);
    if layout.parse::<i64>().is_ok() {
        let seconds: i64 = source.parse().map_err(|_| {
            JmespathError::refused(format!("strconv.ParseInt: parsing {source:?}: invalid syntax"))
        })?;
        return Ok(Moment::from_nanoseconds(i128::from(seconds) * 1_000_000_000).to_string().into());
    }
    Ok(read(&layout, &source)?.to_string().into())
}
