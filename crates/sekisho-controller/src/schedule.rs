//! Schedules in the form of cron: minute, hour, day of the month, month, day of the week, in UTC.

use jiff::civil::DateTime;
use jiff::{Span, Timestamp, tz::TimeZone};

/// When something runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    /// Whether the days of the month and of the week are both said, so that one of them is enough.
    either: bool,
}

/// What is wrong with a schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no schedule: write five fields, as `0 3 * * 1`")]
pub struct ScheduleError(String);

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// Schedules that have names.
const NAMED: [(&str, &str); 6] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

impl Schedule {
    /// Reads a schedule.
    pub fn read(text: &str) -> Result<Self, ScheduleError> {
        let wrong = || ScheduleError(text.chars().take(100).collect());
        let named = NAMED
            .iter()
            .find(|(name, _)| *name == text.trim() || (*name == "@daily" && text.trim() == "@midnight"));
        let whole = named.map_or(text, |(_, meant)| meant);
        let fields: Vec<&str> = whole.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays] = fields.as_slice() else { return Err(wrong()) };
        let set = |field: &str, first: u32, last: u32, names: &[&str]| {
            set(field, first, last, names).ok_or_else(wrong)
        };
        let mut of_week = set(weekdays, 0, 7, &WEEKDAYS)?;
        // Sunday has two numbers.
        if of_week & (1 << 7) != 0 {
            of_week |= 1;
        }
        Ok(Self {
            minutes: set(minutes, 0, 59, &[])?,
            hours: set(hours, 0, 23, &[])?,
            days: set(days, 1, 31, &[])?,
            months: set(months, 1, 12, &MONTHS)?,
            weekdays: of_week,
            either: !days.starts_with(['*', '?']) && !weekdays.starts_with(['*', '?']),
        })
    }

    /// The first minute after a time at which it runs, both in seconds since 1970; none within five years.
    pub fn next(&self, after: i64) -> Option<i64> {
        let start = Timestamp::from_second(after).ok()?.to_zoned(TimeZone::UTC).datetime();
        let mut at = start.with().second(0).subsec_nanosecond(0).build().ok()?;
        at = at.checked_add(Span::new().minutes(1)).ok()?;
        // A step goes to the next month, day, hour or minute, so that there are few of them.
        for _ in 0..20_000 {
            let next = if !has(self.months, u32::from(at.month().unsigned_abs())) {
                at.with().day(1).hour(0).minute(0).build().ok()?.checked_add(Span::new().months(1)).ok()?
            } else if !self.runs_on(at) {
                at.with().hour(0).minute(0).build().ok()?.checked_add(Span::new().days(1)).ok()?
            } else if !has(self.hours, u32::from(at.hour().unsigned_abs())) {
                at.with().minute(0).build().ok()?.checked_add(Span::new().hours(1)).ok()?
            } else if !has(self.minutes, u32::from(at.minute().unsigned_abs())) {
                at.checked_add(Span::new().minutes(1)).ok()?
            } else {
                return Some(at.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second());
            };
            at = next;
        }
        None
    }

    fn runs_on(&self, at: DateTime) -> bool {
        let day = has(self.days, u32::from(at.day().unsigned_abs()));
        let weekday = has(self.weekdays, u32::from(at.weekday().to_sunday_zero_offset().unsigned_abs()));
        if self.either { day || weekday } else { day && weekday }
    }
}

fn has(set: u64, number: u32) -> bool {
    set & (1 << number) != 0
}

/// The numbers of a field: `*`, `*/5`, `1-5`, `1,3`, `mon`, `1-9/2`.
fn set(field: &str, first: u32, last: u32, names: &[&str]) -> Option<u64> {
    let number = |text: &str| -> Option<u32> {
        let base = u32::from(names.len() == 12);
        let place = names.iter().position(|name| text.eq_ignore_ascii_case(name));
        let number = match place {
            Some(place) => u32::try_from(place).ok()? + base,
            None if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().ok()?
            }
            None => return None,
        };
        (first..=last).contains(&number).then_some(number)
    };
    let mut found = 0;
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(step.parse::<u32>().ok().filter(|step| *step > 0)?)),
            None => (part, None),
        };
        let (from, to) = match range.split_once('-') {
            _ if matches!(range, "*" | "?") => (first, last),
            Some((from, to)) => (number(from)?, number(to)?),
            // A number with steps goes on to the end.
            None if step.is_some() => (number(range)?, last),
            None => (number(range)?, number(range)?),
        };
        if from > to {
            return None;
        }
        let mut at = from;
        while at <= to {
            found |= 1_u64 << at;
            at = at.checked_add(step.unwrap_or(1))?;
        }
    }
    Some(found)
}
