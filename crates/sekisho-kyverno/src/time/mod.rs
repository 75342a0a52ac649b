//! Points in time with the offset they were written with, as Go keeps them.

mod calendar;
mod layout;
mod read;

use std::fmt;

use sekisho_manifest::Duration;

use calendar::{Civil, civil, weekday};

/// The layout of RFC 3339.
pub(crate) const RFC_3339: &str = "2006-01-02T15:04:05Z07:00";

const SECOND: i128 = 1_000_000_000;
/// The first of January of the year 1, from where rounding counts.
const YEAR_ONE: i128 = -62_135_596_800 * SECOND;

/// A point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Since 1970-01-01 in UTC.
    nanoseconds: i128,
    /// How many seconds its place is ahead of UTC.
    offset: i32,
}

impl Moment {
    /// A point in UTC.
    pub(crate) fn from_nanoseconds(nanoseconds: i128) -> Self {
        Self { nanoseconds, offset: 0 }
    }

    /// Reads a time that is written as a layout of Go says.
    pub(crate) fn parse(layout: &str, text: &str) -> Result<Self, String> {
        read::read(layout, text)
    }

    /// Nanoseconds since 1970-01-01 in UTC.
    pub(crate) fn nanoseconds(self) -> i128 {
        self.nanoseconds
    }

    /// The same point with the clock of UTC.
    pub(crate) fn in_utc(self) -> Self {
        Self { offset: 0, ..self }
    }

    /// The point so many nanoseconds later.
    pub(crate) fn plus(self, nanoseconds: i128) -> Self {
        Self { nanoseconds: self.nanoseconds.saturating_add(nanoseconds), ..self }
    }

    /// The span since another point; the longest or shortest there is where it does not fit.
    pub(crate) fn since(self, other: Self) -> Duration {
        let span = self.nanoseconds.saturating_sub(other.nanoseconds);
        let limit = if span < 0 { i64::MIN } else { i64::MAX };
        Duration::from_nanoseconds(i64::try_from(span).unwrap_or(limit))
    }

    /// The point rounded down to a multiple of a span, counted from the year 1.
    pub(crate) fn truncated(self, span: Duration) -> Self {
        let span = i128::from(span.nanoseconds());
        if span <= 0 {
            return self;
        }
        let rest = self.nanoseconds.saturating_sub(YEAR_ONE).rem_euclid(span);
        self.plus(rest.saturating_neg())
    }

    /// Minute, hour, day, month and day of the week, as a schedule of cron has them.
    pub(crate) fn to_cron(self) -> String {
        let (day, time) = self.local();
        let Civil { month, day: of_month, .. } = civil(day);
        format!("{} {} {of_month} {month} {}", time / 60 % 60, time / 3600, weekday(day))
    }

    /// The day since 1970-01-01 and the second of the day, by its own clock.
    fn local(self) -> (i64, i64) {
        let seconds = self.nanoseconds.div_euclid(SECOND).saturating_add(i128::from(self.offset));
        let fitting = |number: i128| i64::try_from(number).unwrap_or(0);
        (fitting(seconds.div_euclid(86_400)), fitting(seconds.rem_euclid(86_400)))
    }
}

impl fmt::Display for Moment {
    /// Prints RFC 3339 without a fraction.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (day, time) = self.local();
        let Civil { year, month, day } = civil(day);
        write!(f, "{year:04}-{month:02}-{day:02}")?;
        write!(f, "T{:02}:{:02}:{:02}", time / 3600, time / 60 % 60, time % 60)?;
        let minutes = self.offset / 60;
        if minutes == 0 && self.offset == 0 {
            return f.write_str("Z");
        }
        let sign = if self.offset < 0 { '-' } else { '+' };
        write!(f, "{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
    }
}
