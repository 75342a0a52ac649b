//! Moments as outputs show them, in UTC.

const NANOSECONDS: u64 = 1_000_000_000;
const DAY: u64 = 86_400;

/// `15:04:05`, with nanoseconds where they are asked for.
pub(crate) fn clock(time: u64, with_nanoseconds: bool) -> String {
    let (seconds, nanoseconds) = (time / NANOSECONDS, time % NANOSECONDS);
    let of_day = seconds % DAY;
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    if with_nanoseconds {
        format!("{hour:02}:{minute:02}:{second:02}.{nanoseconds:09}")
    } else {
        format!("{hour:02}:{minute:02}:{second:02}")
    }
}

/// `2006-01-02`.
pub(crate) fn date(time: u64) -> String {
    // The calendar by eras of 400 years that begin in March.
    let days = time / NANOSECONDS / DAY + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `2006-01-02T15:04:05.000000000` with a zone behind it.
pub(crate) fn iso(time: u64, zone: &str) -> String {
    format!("{}T{}{zone}", date(time), clock(time, true))
}
