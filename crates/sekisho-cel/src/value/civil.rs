//! The date and the time of day of a point in time.

/// A date of the Gregorian calendar, before its time too, and a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    /// From 1.
    pub(crate) month: i64,
    /// From 1.
    pub(crate) day: i64,
    /// From 1.
    pub(crate) day_of_year: i64,
    /// From 0, which is Sunday.
    pub(crate) weekday: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
    pub(crate) nanosecond: i64,
}

const SECOND: i128 = 1_000_000_000;
const DAY: i128 = 86_400 * SECOND;

/// The days of 400 years, after which the calendar repeats itself.
const DAYS_OF_ERA: i64 = 146_097;

/// From 0000-03-01 to 1970-01-01.
const TO_EPOCH: i64 = 719_468;

impl Civil {
    /// So many nanoseconds after 1970-01-01T00:00:00.
    pub(crate) fn of(nanoseconds: i128) -> Self {
        let small = |number: i128| i64::try_from(number).unwrap_or(0);
        let (days, within) = (small(nanoseconds.div_euclid(DAY)), nanoseconds.rem_euclid(DAY));
        let seconds = small(within / SECOND);
        // Years are counted from March, so that the day that comes and goes is the last one of the year.
        let shifted = days + TO_EPOCH;
        let (era, of_era) = (shifted.div_euclid(DAYS_OF_ERA), shifted.rem_euclid(DAYS_OF_ERA));
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let day_of_year = if month <= 2 { of_year - 305 } else { of_year + 60 + i64::from(is_leap) };
        Self {
            year,
            month,
            day: of_year - (153 * from_march + 2) / 5 + 1,
            day_of_year,
            weekday: (days + 4).rem_euclid(7),
            hour: seconds / 3_600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
            nanosecond: small(within % SECOND),
        }
    }
}
