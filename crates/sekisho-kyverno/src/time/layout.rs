//! Layouts of Go: the reference time, `Mon Jan 2 15:04:05 MST 2006`, written as times shall be.

/// A part of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    LongMonth,
    Month,
    NumberMonth,
    ZeroMonth,
    LongWeekDay,
    WeekDay,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    UpperHalf,
    LowerHalf,
    ZoneName,
    Offset(Offset),
    /// `.000`: exactly so many digits.
    Fraction(usize),
    /// `.999`: as many digits as there are.
    OpenFraction,
}

/// How an offset is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Offset {
    /// Whether `Z` may stand for no offset.
    pub(super) z: bool,
    pub(super) colon: bool,
    /// How many numbers there are: hours, then minutes, then seconds.
    pub(super) numbers: u8,
}

const fn offset(z: bool, colon: bool, numbers: u8) -> Part {
    Part::Offset(Offset { z, colon, numbers })
}

/// The parts by their text; where one begins another, the longer stands first.
const PARTS: &[(&str, Part)] = &[
    ("January", Part::LongMonth),
    ("Monday", Part::LongWeekDay),
    ("MST", Part::ZoneName),
    ("01", Part::ZeroMonth),
    ("002", Part::ZeroYearDay),
    ("02", Part::ZeroDay),
    ("03", Part::ZeroHour12),
    ("04", Part::ZeroMinute),
    ("05", Part::ZeroSecond),
    ("06", Part::Year),
    ("15", Part::Hour),
    ("1", Part::NumberMonth),
    ("2006", Part::LongYear),
    ("2", Part::Day),
    ("__2", Part::UnderYearDay),
    ("3", Part::Hour12),
    ("4", Part::Minute),
    ("5", Part::Second),
    ("PM", Part::UpperHalf),
    ("pm", Part::LowerHalf),
    ("-070000", offset(false, false, 3)),
    ("-07:00:00", offset(false, true, 3)),
    ("-0700", offset(false, false, 2)),
    ("-07:00", offset(false, true, 2)),
    ("-07", offset(false, false, 1)),
    ("Z070000", offset(true, false, 3)),
    ("Z07:00:00", offset(true, true, 3)),
    ("Z0700", offset(true, false, 2)),
    ("Z07:00", offset(true, true, 2)),
    ("Z07", offset(true, false, 1)),
];

/// The first part of a layout, with the text before and behind it.
pub(super) fn next(layout: &str) -> Option<(&str, Part, &str)> {
    layout.char_indices().find_map(|(place, _)| {
        let (before, rest) = layout.split_at_checked(place)?;
        // `_2006` is an underscore and a year.
        let year_behind = rest.strip_prefix('_').filter(|behind| behind.starts_with("2006"));
        if let Some(behind) = year_behind {
            let before = layout.get(..=place)?;
            return Some((before, Part::LongYear, behind.get(4..)?));
        }
        let (length, part) = starting(rest)?;
        Some((before, part, rest.get(length..)?))
    })
}

fn starting(rest: &str) -> Option<(usize, Part)> {
    // Short names of months and days begin words too: `Janitor` holds none.
    let is_word = |length: usize| {
        rest.get(length..)
            .is_some_and(|behind| behind.starts_with(|letter: char| letter.is_ascii_lowercase()))
    };
    if let Some((text, part)) = PARTS.iter().find(|(text, _)| rest.starts_with(text)) {
        return Some((text.len(), *part));
    }
    if rest.starts_with("Jan") && !is_word(3) {
        return Some((3, Part::Month));
    }
    if rest.starts_with("Mon") && !is_word(3) {
        return Some((3, Part::WeekDay));
    }
    if rest.starts_with("_2") {
        return Some((2, Part::UnderDay));
    }
    fraction(rest)
}

/// A point or a comma, then zeros or nines, and no other digit behind them.
fn fraction(rest: &str) -> Option<(usize, Part)> {
    let digits = rest.strip_prefix(['.', ','])?;
    let first = digits.bytes().next().filter(|digit| matches!(digit, b'0' | b'9'))?;
    let count = digits.bytes().take_while(|digit| *digit == first).count();
    if digits.as_bytes().get(count).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    Some((count + 1, if first == b'0' { Part::Fraction(count) } else { Part::OpenFraction }))
}
