//! Points in time and spans of it, in nanoseconds.

use std::fmt;

use jiff::civil::DateTime;
use jiff::tz::TimeZoneDatabase;

/// A point in time from 0001-01-01 to 9999-12-31, in nanoseconds since 1970-01-01 (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i128);

/// A span of time that fits 64 bits of nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration(i64);

const SECOND: i128 = 1_000_000_000;
const MINUTE: i128 = 60 * SECOND;
const HOUR: i128 = 60 * MINUTE;
const DAY: i128 = 24 * HOUR;
const FIRST: i128 = -62_135_596_800 * SECOND;
const LAST: i128 = 253_402_300_799 * SECOND + 999_999_999;

impl Timestamp {
    pub(crate) const ZERO: Self = Self(FIRST);

    /// The point so many nanoseconds after 1970-01-01; none outside of the years 1 to 9999.
    pub fn from_nanoseconds(nanoseconds: i128) -> Option<Self> {
        (FIRST..=LAST).contains(&nanoseconds).then_some(Self(nanoseconds))
    }

    /// The point so many seconds after 1970-01-01; none outside of the years 1 to 9999.
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        Self::from_nanoseconds(i128::from(seconds) * SECOND)
    }

    /// Nanoseconds since 1970-01-01.
    pub fn nanoseconds(self) -> i128 {
        self.0
    }

    /// Whole seconds since 1970-01-01, rounded down.
    pub fn seconds(self) -> i64 {
        i64::try_from(self.0.div_euclid(SECOND)).unwrap_or(0)
    }

    /// Reads RFC 3339.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let digits = |from: usize, count: usize| -> Option<i64> {
            let digits = text.get(from..from + count)?;
            digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse().ok())?
        };
        let sign = |at: usize, wanted: u8| bytes.get(at).filter(|byte| **byte == wanted).map(|_| ());
        let (year, month, day) = (digits(0, 4)?, digits(5, 2)?, digits(8, 2)?);
        sign(4, b'-')?;
        sign(7, b'-')?;
        sign(10, b'T')?;
        sign(13, b':')?;
        sign(16, b':')?;
        let (hour, minute, second) = (digits(11, 2)?, digits(14, 2)?, digits(17, 2)?);
        let mut at = 19;
        let mut fraction: i128 = 0;
        if matches!(bytes.get(at), Some(b'.' | b',')) {
            let count = bytes.iter().skip(at + 1).take_while(|byte| byte.is_ascii_digit()).count();
            let kept = text.get(at + 1..at + 1 + count.min(9)).filter(|kept| !kept.is_empty())?;
            fraction = format!("{kept:0<9}").parse().ok()?;
            at += 1 + count;
        }
        let offset = match bytes.get(at)? {
            b'Z' if bytes.len() == at + 1 => 0,
            zone @ (b'+' | b'-') if bytes.len() == at + 6 => {
                sign(at + 3, b':')?;
                let (hours, minutes) = (digits(at + 1, 2)?, digits(at + 4, 2)?);
                if hours > 24 || minutes >= 60 {
                    return None;
                }
                (hours * 3600 + minutes * 60) * if *zone == b'-' { -1 } else { 1 }
            }
            _ => return None,
        };
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let small = |number: i64| i8::try_from(number).ok();
        let date = jiff::civil::Date::new(i16::try_from(year).ok()?, small(month)?, small(day)?).ok()?;
        let days = i128::from(date.since(jiff::civil::date(1970, 1, 1)).ok()?.get_days());
        let seconds = days * 86_400 + i128::from(hour * 3600 + minute * 60 + second - offset);
        Self::from_nanoseconds(seconds * SECOND + fraction)
    }

    pub(crate) fn checked_add(self, duration: Duration) -> Option<Self> {
        Self::from_nanoseconds(self.0 + i128::from(duration.0))
    }

    pub(crate) fn checked_sub(self, duration: Duration) -> Option<Self> {
        Self::from_nanoseconds(self.0 - i128::from(duration.0))
    }

    pub(crate) fn since(self, other: Self) -> Option<Duration> {
        i64::try_from(self.0 - other.0).ok().map(Duration)
    }

    /// The date and the time of day at a place: `UTC`, a name of the time zone database, or `+01:30`.
    pub(crate) fn civil(self, zone: Option<&str>) -> Option<DateTime> {
        let offset = match zone {
            None | Some("" | "UTC") => 0,
            Some(name) => self.offset(name)?,
        };
        // The calendar's own instants end a day before ours; dates and times of day do not.
        let local = self.0 + i128::from(offset) * SECOND;
        let day = local.div_euclid(DAY);
        let date = jiff::civil::date(1970, 1, 1)
            .checked_add(jiff::Span::new().try_days(i64::try_from(day).ok()?).ok()?);
        let within = local.rem_euclid(DAY);
        let part = |size: i128, count: i128| i8::try_from(within / size % count).ok();
        let nanosecond = i32::try_from(within % SECOND).ok()?;
        let time = jiff::civil::Time::new(part(HOUR, 24)?, part(MINUTE, 60)?, part(SECOND, 60)?, nanosecond);
        Some(DateTime::from_parts(date.ok()?, time.ok()?))
    }

    /// How many seconds a zone is ahead of UTC at this point.
    fn offset(self, zone: &str) -> Option<i64> {
        if let Some((hours, minutes)) = zone.split_once(':') {
            let sign = if hours.starts_with('-') { -1 } else { 1 };
            let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
            let offset = hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60 * sign)?)?;
            return (offset.abs() < 100_000_000).then_some(offset);
        }
        let zone = TimeZoneDatabase::bundled().get(zone).ok()?;
        let (first, last) = (jiff::Timestamp::MIN.as_nanosecond(), jiff::Timestamp::MAX.as_nanosecond());
        let instant = jiff::Timestamp::from_nanosecond(self.0.clamp(first, last)).ok()?;
        Some(i64::from(zone.to_offset(instant).seconds()))
    }
}

impl fmt::Display for Timestamp {
    /// Prints RFC 3339 in UTC, with a fraction where there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(time) = self.civil(None) else { return Ok(()) };
        write!(f, "{:04}-{:02}-{:02}", time.year(), time.month(), time.day())?;
        write!(f, "T{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())?;
        let fraction = self.0.rem_euclid(SECOND);
        if fraction != 0 {
            let digits = format!("{fraction:09}");
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

impl Duration {
    /// So many nanoseconds.
    pub const fn from_nanoseconds(nanoseconds: i64) -> Self {
        Self(nanoseconds)
    }

    /// The span in nanoseconds.
    pub const fn nanoseconds(self) -> i64 {
        self.0
    }

    /// Reads numbers with units: `1h30m`, `1.5s`.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<sekisho_manifest::Duration>().ok().map(|duration| Self(duration.nanoseconds()))
    }

    pub(crate) fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    pub(crate) fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    pub(crate) fn checked_neg(self) -> Option<Self> {
        self.0.checked_neg().map(Self)
    }

    /// The span in seconds with a fraction.
    #[expect(clippy::cast_precision_loss, reason = "as the reference engine reckons")]
    pub(crate) fn as_seconds(self) -> f64 {
        (self.0 / 1_000_000_000) as f64 + (self.0 % 1_000_000_000) as f64 / 1e9
    }
}

impl fmt::Display for Duration {
    /// Prints seconds: `5400s`, `1.5s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}s", self.as_seconds())
    }
}
