//! Days and dates of the Gregorian calendar, without bounds.

/// A date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Civil {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
}

/// The days of four centuries.
const ERA: i64 = 146_097;
/// The days from 0000-03-01 to 1970-01-01.
const EPOCH: i64 = 719_468;

/// The date of a day since 1970-01-01.
pub(super) fn civil(day: i64) -> Civil {
    // Years are counted from March, so that the day which leap years add is their last.
    let shifted = day.saturating_add(EPOCH);
    let (era, of_era) = (shifted.div_euclid(ERA), shifted.rem_euclid(ERA));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era.saturating_mul(400).saturating_add(year_of_era) + i64::from(month <= 2);
    Civil { year, month, day: of_year - (153 * from_march + 2) / 5 + 1 }
}

/// The day since 1970-01-01 of a date.
pub(super) fn day(date: Civil) -> i64 {
    let year = date.year - i64::from(date.month <= 2);
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let from_march = (date.month + 9) % 12;
    let of_year = (153 * from_march + 2) / 5 + date.day - 1;
    era.saturating_mul(ERA) + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH
}

/// The day of the week, from Sunday at 0.
pub(super) fn weekday(day: i64) -> i64 {
    day.saturating_add(4).rem_euclid(7)
}

pub(super) fn is_leap(year: i64) -> bool {
    year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0)
}

/// How many days a month has.
pub(super) fn length(month: i64, year: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
