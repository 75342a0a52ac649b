//! A point in time.

use sekisho_manifest::Duration;

use super::civil::Civil;
use super::zone::{Offset, Zone};

/// Nanoseconds in a second.
const SECOND: i128 = 1_000_000_000;

/// The seconds from 1970 back to the first day of the year 1, Go's zero time.
const ZERO: i64 = -62_135_596_800;

/// A point in time, and the zone that it is shown in: Go's `time.Time`.
#[derive(Debug, Clone)]
pub struct Moment {
    /// Seconds since 1970.
    pub seconds: i64,
    /// Nanoseconds of the second.
    pub nanoseconds: u32,
    /// The zone that it is shown in.
    pub zone: Zone,
}

impl Moment {
    /// An instant in the local zone.
    pub fn local(seconds: i64) -> Self {
        Self { seconds, nanoseconds: 0, zone: Zone::Local }
    }

    /// So many nanoseconds since 1970; those that no second can count are the first or the last.
    pub fn from_nanoseconds(nanoseconds: i128, zone: Zone) -> Self {
        let limit = if nanoseconds < 0 { i64::MIN } else { i64::MAX };
        let seconds = i64::try_from(nanoseconds.div_euclid(SECOND)).unwrap_or(limit);
        let nanoseconds = u32::try_from(nanoseconds.rem_euclid(SECOND)).unwrap_or(0);
        Self { seconds, nanoseconds, zone }
    }

    /// Go's zero time.
    pub fn zero() -> Self {
        Self { seconds: ZERO, nanoseconds: 0, zone: Zone::Utc }
    }

    /// The instant of a day and a time in a zone.
    pub fn of(civil: Civil, nanoseconds: u32, zone: Zone) -> Self {
        let local = civil.seconds();
        // The offset is that at the instant itself, which is known only once it is subtracted.
        let first = zone.at(local).seconds;
        let second = zone.at(local.wrapping_sub(first)).seconds;
        let seconds = local.wrapping_sub(second);
        let seconds = if zone.at(seconds).seconds == second { seconds } else { local.wrapping_sub(first) };
        Self { seconds, nanoseconds, zone }
    }

    /// What its zone says of it.
    pub fn offset(&self) -> Offset {
        self.zone.at(self.seconds)
    }

    /// The day and time in its zone.
    pub fn civil(&self) -> Civil {
        Civil::of(self.seconds.wrapping_add(self.offset().seconds))
    }

    /// The same instant in another zone.
    #[must_use]
    pub fn within(&self, zone: Zone) -> Self {
        Self { zone, ..self.clone() }
    }

    /// The instant so many nanoseconds later.
    #[must_use]
    pub fn plus(&self, nanoseconds: i64) -> Self {
        Self::from_nanoseconds(self.total().saturating_add(nanoseconds.into()), self.zone.clone())
    }

    /// The time since another instant; the longest or shortest that there is, where it is longer or shorter.
    pub fn since(&self, other: &Self) -> Duration {
        let difference = self.total() - other.total();
        let limit = if difference < 0 { i64::MIN } else { i64::MAX };
        Duration::from_nanoseconds(i64::try_from(difference).unwrap_or(limit))
    }

    /// Nanoseconds since 1970.
    pub fn total(&self) -> i128 {
        i128::from(self.seconds) * SECOND + i128::from(self.nanoseconds)
    }

    /// The instant so many years, months and days later by the calendar of its zone.
    #[must_use]
    pub fn add_date(self, [years, months, days]: [i64; 3]) -> Self {
        let mut civil = self.civil();
        civil.year = civil.year.wrapping_add(years);
        civil.month = civil.month.wrapping_add(months);
        civil.day = civil.day.wrapping_add(days);
        Self::of(civil, self.nanoseconds, self.zone)
    }

    /// The last instant at a multiple of a unit since the year 1.
    #[must_use]
    pub fn truncated(self, unit: i64) -> Self {
        let rest = self.beyond(unit);
        self.plus(-rest)
    }

    /// The nearest instant at a multiple of a unit since the year 1, the later one where two are as near.
    #[must_use]
    pub fn rounded(self, unit: i64) -> Self {
        let rest = self.beyond(unit);
        let goes_up = rest > 0 && rest >= unit - rest;
        self.plus(if goes_up { unit - rest } else { -rest })
    }

    /// How far it is beyond the last multiple of a unit; nothing where the unit is none.
    fn beyond(&self, unit: i64) -> i64 {
        if unit <= 0 {
            return 0;
        }
        let rest = (self.total() - Self::zero().total()).rem_euclid(unit.into());
        i64::try_from(rest).unwrap_or(0)
    }
}

/// A duration rounded to a multiple of a unit, half away from 0.
pub fn round(duration: Duration, unit: i64) -> Duration {
    if unit <= 0 {
        return duration;
    }
    let (own, unit) = (i128::from(duration.nanoseconds()), i128::from(unit));
    let rest = own % unit;
    let whole = own - rest;
    let rounded = if rest.abs() * 2 < unit { whole } else { whole + unit * rest.signum() };
    let limit = if rounded < 0 { i64::MIN } else { i64::MAX };
    Duration::from_nanoseconds(i64::try_from(rounded).unwrap_or(limit))
}
