//! Points in time and spans of it, in nanoseconds.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use jiff::tz::TimeZoneDatabase;

use super::civil::Civil;

/// A point in time from 0001-01-01 to 9999-12-31, in nanoseconds since 1970-01-01 (UTC).
#[derive(Debug, Clone, Copy)]
pub struct Timestamp {
    nanoseconds: i128,
    /// How many seconds it was written ahead of UTC, which it is printed in again. It makes no other point.
    ahead: i32,
}

/// A span of time that fits 64 bits of nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration(i64);

const SECOND: i128 = 1_000_000_000;
const FIRST: i128 = -62_135_596_800 * SECOND;
const LAST: i128 = 253_402_300_799 * SECOND + 999_999_999;

impl Timestamp {
    pub(crate) const ZERO: Self = Self { nanoseconds: FIRST, ahead: 0 };

    /// The point so many nanoseconds after 1970-01-01; none outside of the years 1 to 9999.
    pub fn from_nanoseconds(nanoseconds: i128) -> Option<Self> {
        (FIRST..=LAST).contains(&nanoseconds).then_some(Self { nanoseconds, ahead: 0 })
    }

    /// The point so many seconds after 1970-01-01; none outside of the years 1 to 9999.
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        Self::from_nanoseconds(i128::from(seconds) * SECOND)
    }

    /// Nanoseconds since 1970-01-01.
    pub fn nanoseconds(self) -> i128 {
        self.nanoseconds
    }

    /// Whole seconds since 1970-01-01, rounded down.
    pub fn seconds(self) -> i64 {
        i64::try_from(self.nanoseconds.div_euclid(SECOND)).unwrap_or(0)
    }

    /// Reads RFC 3339, as the reference engine does: the hour may have one digit, a comma may begin the fraction.
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
        let width = if bytes.get(12) == Some(&b':') { 1 } else { 2 };
        let hour = digits(11, width)?;
        let mut at = 11 + width;
        sign(at, b':')?;
        sign(at + 3, b':')?;
        let (minute, second) = (digits(at + 1, 2)?, digits(at + 4, 2)?);
        at += 6;
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
        let point = Self::from_nanoseconds(seconds * SECOND + fraction)?;
        Some(Self { ahead: i32::try_from(offset).ok()?, ..point })
    }

    pub(crate) fn checked_add(self, duration: Duration) -> Option<Self> {
        self.moved(i128::from(duration.0))
    }

    pub(crate) fn checked_sub(self, duration: Duration) -> Option<Self> {
        self.moved(-i128::from(duration.0))
    }

    pub(crate) fn since(self, other: Self) -> Option<Duration> {
        i64::try_from(self.nanoseconds - other.nanoseconds).ok().map(Duration)
    }

    fn moved(self, by: i128) -> Option<Self> {
        let point = Self::from_nanoseconds(self.nanoseconds + by)?;
        Some(Self { ahead: self.ahead, ..point })
    }

    /// The date and the time of day at a place: `UTC`, a name of the time zone database, or `+01:30`.
    pub(crate) fn civil(self, zone: Option<&str>) -> Option<Civil> {
        let offset = match zone {
            // Where the API server runs, the local time is that of UTC.
            None | Some("" | "UTC" | "Local") => 0,
            Some(name) => self.offset(name)?,
        };
        Some(Civil::of(self.nanoseconds + i128::from(offset) * SECOND))
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
        let instant = jiff::Timestamp::from_nanosecond(self.nanoseconds.clamp(first, last)).ok()?;
        Some(i64::from(zone.to_offset(instant).seconds()))
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.nanoseconds == other.nanoseconds
    }
}

impl Eq for Timestamp {}

impl Hash for Timestamp {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.nanoseconds.hash(state);
    }
}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nanoseconds.cmp(&other.nanoseconds)
    }
}

impl fmt::Display for Timestamp {
    /// Prints RFC 3339 as far ahead of UTC as it was written, with a fraction where there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = Civil::of(self.nanoseconds + i128::from(self.ahead) * SECOND);
        write!(f, "{:04}-{:02}-{:02}", time.year, time.month, time.day)?;
        write!(f, "T{:02}:{:02}:{:02}", time.hour, time.minute, time.second)?;
        if time.nanosecond != 0 {
            let digits = format!("{:09}", time.nanosecond);
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        if self.ahead == 0 {
            return f.write_str("Z");
        }
        let (sign, minutes) = (if self.ahead < 0 { '-' } else { '+' }, self.ahead.unsigned_abs() / 60);
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
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
