//! The Gregorian calendar, in both directions without end.

/// Seconds in a day.
pub(super) const DAY: i64 = 86_400;

/// A day and a time of day in some zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    /// The year; before 1 there are 0 and -1.
    pub year: i64,
    /// From 1.
    pub month: i64,
    /// The day of the month, from 1.
    pub day: i64,
    /// The hour, from 0.
    pub hour: i64,
    /// The minute.
    pub minute: i64,
    /// The second.
    pub second: i64,
}

/// The names of the months.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The names of the days of the week, from Sunday.
pub const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

impl Civil {
    /// The day and time so many seconds after 1970.
    pub fn of(seconds: i64) -> Self {
        let (year, month, day) = date(seconds.div_euclid(DAY));
        let second = seconds.rem_euclid(DAY);
        Self { year, month, day, hour: second / 3_600, minute: second / 60 % 60, second: second % 60 }
    }

    /// The seconds since 1970; what is too large for its field counts on.
    pub fn seconds(self) -> i64 {
        let months = self.month.wrapping_sub(1);
        let year = self.year.wrapping_add(months.div_euclid(12));
        let days = days(year, months.rem_euclid(12) + 1).wrapping_add(self.day).wrapping_sub(1);
        let seconds = self.hour.wrapping_mul(3_600).wrapping_add(self.minute.wrapping_mul(60));
        days.wrapping_mul(DAY).wrapping_add(seconds).wrapping_add(self.second)
    }

    /// The day of the year, from 1.
    pub fn year_day(self) -> i64 {
        days(self.year, self.month) + self.day - days(self.year, 1)
    }

    /// The day of the week; Sunday is 0.
    pub fn weekday(self) -> i64 {
        // 1970 began on a Thursday.
        (days(self.year, self.month) + self.day + 3).rem_euclid(7)
    }
}

pub(super) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// How many days a month has.
pub fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The days from 1970 to the first of a month.
fn days(year: i64, month: i64) -> i64 {
    // Years begin in March here, so that the leap day is the last one.
    let year = if month > 2 { year } else { year.wrapping_sub(1) };
    let month = (month + 9) % 12;
    let leaps = year.div_euclid(4).wrapping_sub(year.div_euclid(100)).wrapping_add(year.div_euclid(400));
    let before = (153 * month + 2) / 5;
    year.wrapping_mul(365).wrapping_add(leaps).wrapping_add(before).wrapping_sub(719_468)
}

/// The date so many days after 1970.
fn date(days: i64) -> (i64, i64, i64) {
    const CYCLE: i64 = 146_097;
    let days = days + 719_468;
    let (cycle, day) = (days.div_euclid(CYCLE), days.rem_euclid(CYCLE));
    // Of 400 years, the number of those that are over: leap days shift their ends.
    let year = (day - day / 1_460 + day / 36_524 - day / (CYCLE - 1)) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let of_month = day - (153 * month + 2) / 5 + 1;
    let from_january = if month < 10 { month + 3 } else { month - 9 };
    (cycle * 400 + year + i64::from(from_january <= 2), from_january, of_month)
}
