//! Texts to points in time, by a layout.

use super::calendar::{Civil, day, is_leap, length};
use super::layout::{Offset, Part, next};
use super::{Moment, SECOND};

/// The longest text and layout that are read.
const LONGEST: usize = 1_000;

const MONTHS: [&str; 12] = [
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
const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// Why a part cannot be read.
enum Fault {
    /// What stands there is not such a part.
    Shape,
    /// It is, but out of its range.
    Range(&'static str),
}

/// What was read so far.
#[derive(Default)]
struct Fields {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanosecond: i64,
    afternoon: Option<bool>,
    offset: Option<i64>,
}

pub(super) fn read(layout: &str, text: &str) -> Result<Moment, String> {
    let problem = |element: &str, rest: &str, message: &str| {
        let message = if message.is_empty() {
            format!(": cannot parse {rest:?} as {element:?}")
        } else {
            message.to_owned()
        };
        format!("parsing time {text:?} as {layout:?}{message}")
    };
    if layout.len() > LONGEST || text.len() > LONGEST {
        return Err("parsing time: the text or its layout is too long".to_owned());
    }
    let mut fields = Fields::default();
    let (mut rest_of_layout, mut rest) = (layout, text);
    while let Some((before, part, behind)) = next(rest_of_layout) {
        let element =
            rest_of_layout.get(before.len()..rest_of_layout.len() - behind.len()).unwrap_or(rest_of_layout);
        rest = skip(rest, before).map_err(|rest| problem(before, rest, ""))?;
        let start = rest;
        match fields.take(part, &mut rest, behind) {
            Ok(()) => {}
            Err(Fault::Shape) => return Err(problem(element, start, "")),
            Err(Fault::Range(what)) => return Err(problem("", "", &format!(": {what} out of range"))),
        }
        rest_of_layout = behind;
    }
    rest = skip(rest, rest_of_layout).map_err(|rest| problem(rest_of_layout, rest, ""))?;
    if !rest.is_empty() {
        return Err(problem("", "", &format!(": extra text: {rest:?}")));
    }
    fields.moment().map_err(|message| problem("", "", message))
}

/// What stands behind a literal part of the layout; any number of spaces is as good as one.
fn skip<'t>(mut text: &'t str, literal: &str) -> Result<&'t str, &'t str> {
    let mut letters = literal.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == ' ' {
            if !text.is_empty() && !text.starts_with(' ') {
                return Err(text);
            }
            while letters.next_if_eq(&' ').is_some() {}
            text = text.trim_start_matches(' ');
        } else {
            text = text.strip_prefix(letter).ok_or(text)?;
        }
    }
    Ok(text)
}

/// Takes digits off the front: two where `fixed`, else one or two.
fn number(rest: &mut &str, fixed: bool) -> Result<i64, Fault> {
    let count = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
    if count == 0 || (fixed && count == 1) {
        return Err(Fault::Shape);
    }
    digits(rest, count)
}

/// Takes so many digits off the front.
fn digits(rest: &mut &str, count: usize) -> Result<i64, Fault> {
    let (taken, behind) = rest.split_at_checked(count).ok_or(Fault::Shape)?;
    if !taken.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(Fault::Shape);
    }
    *rest = behind;
    taken.parse().map_err(|_| Fault::Shape)
}

/// Takes a name off the front, whatever its case, and says its place from 0. A length of 0 means all of it.
fn name(rest: &mut &str, names: &[&str], length: usize) -> Result<i64, Fault> {
    for (place, name) in (0..).zip(names) {
        let name = if length == 0 { name } else { name.get(..length).unwrap_or(name) };
        if let Some((taken, behind)) = rest.split_at_checked(name.len())
            && taken.eq_ignore_ascii_case(name)
        {
            *rest = behind;
            return Ok(place);
        }
    }
    Err(Fault::Shape)
}

fn within(value: i64, range: std::ops::RangeInclusive<i64>, what: &'static str) -> Result<i64, Fault> {
    if range.contains(&value) { Ok(value) } else { Err(Fault::Range(what)) }
}

impl Fields {
    /// Reads one part.
    fn take(&mut self, part: Part, rest: &mut &str, layout: &str) -> Result<(), Fault> {
        match part {
            Part::Year => {
                let year = digits(rest, 2)?;
                self.year = if year >= 69 { 1900 + year } else { 2000 + year };
            }
            Part::LongYear => self.year = digits(rest, 4)?,
            Part::Month => self.month = Some(name(rest, &MONTHS, 3)? + 1),
            Part::LongMonth => self.month = Some(name(rest, &MONTHS, 0)? + 1),
            Part::NumberMonth | Part::ZeroMonth => {
                let month = number(rest, part == Part::ZeroMonth)?;
                self.month = Some(within(month, 1..=12, "month")?);
            }
            Part::WeekDay => drop(name(rest, &DAYS, 3)?),
            Part::LongWeekDay => drop(name(rest, &DAYS, 0)?),
            Part::Day | Part::UnderDay | Part::ZeroDay => {
                if part == Part::UnderDay {
                    *rest = rest.strip_prefix(' ').unwrap_or(rest);
                }
                self.day = Some(number(rest, part == Part::ZeroDay)?);
            }
            Part::UnderYearDay | Part::ZeroYearDay => {
                let blanks = if part == Part::UnderYearDay { 2 } else { 0 };
                let padding = rest.bytes().take(blanks).take_while(|byte| *byte == b' ').count();
                *rest = rest.get(padding..).unwrap_or("");
                self.year_day = Some(digits(rest, 3_usize.saturating_sub(padding))?);
            }
            Part::Hour => self.hour = within(number(rest, false)?, 0..=23, "hour")?,
            Part::Hour12 | Part::ZeroHour12 => {
                self.hour = within(number(rest, part == Part::ZeroHour12)?, 0..=12, "hour")?;
            }
            Part::Minute | Part::ZeroMinute => {
                self.minute = within(number(rest, part == Part::ZeroMinute)?, 0..=59, "minute")?;
            }
            Part::Second | Part::ZeroSecond => {
                self.second = within(number(rest, part == Part::ZeroSecond)?, 0..=59, "second")?;
                self.unasked_fraction(rest, layout)?;
            }
            Part::UpperHalf | Part::LowerHalf => {
                let words = if part == Part::UpperHalf { ["AM", "PM"] } else { ["am", "pm"] };
                let half = words.iter().position(|word| rest.starts_with(word)).ok_or(Fault::Shape)?;
                *rest = rest.get(2..).unwrap_or("");
                self.afternoon = Some(half == 1);
            }
            Part::Offset(form) => self.offset = Some(offset(rest, form)?),
            Part::ZoneName => self.offset = Some(zone(rest)?),
            Part::Fraction(count) => self.nanosecond = fraction(rest, count)?,
            Part::OpenFraction => {
                if let Some(count) = fraction_length(rest) {
                    self.nanosecond = fraction(rest, count)?;
                }
            }
        }
        Ok(())
    }

    /// Behind seconds a fraction may stand that the layout does not have.
    fn unasked_fraction(&mut self, rest: &mut &str, layout: &str) -> Result<(), Fault> {
        if matches!(next(layout), Some((_, Part::Fraction(_) | Part::OpenFraction, _))) {
            return Ok(());
        }
        if let Some(count) = fraction_length(rest) {
            self.nanosecond = fraction(rest, count)?;
        }
        Ok(())
    }

    fn moment(self) -> Result<Moment, &'static str> {
        let hour = match (self.afternoon, self.hour) {
            (Some(true), hour @ ..12) => hour + 12,
            (Some(false), 12) => 0,
            (_, hour) => hour,
        };
        let date = self.date()?;
        let seconds = day(date) * 86_400 + hour * 3600 + self.minute * 60 + self.second;
        let offset = self.offset.unwrap_or(0);
        let nanoseconds = i128::from(seconds - offset) * SECOND + i128::from(self.nanosecond);
        Ok(Moment { nanoseconds, offset: i32::try_from(offset).unwrap_or(0) })
    }

    fn date(&self) -> Result<Civil, &'static str> {
        const DAY: &str = ": day out of range";
        let year = self.year;
        if let Some(year_day) = self.year_day {
            if !(1..=365 + i64::from(is_leap(year))).contains(&year_day) {
                return Err(": day-of-year out of range");
            }
            let mut left = year_day;
            let mut month = 1;
            while left > length(month, year) {
                left -= length(month, year);
                month += 1;
            }
            if self.month.is_some_and(|wanted| wanted != month) {
                return Err(": day-of-year does not match month");
            }
            if self.day.is_some_and(|wanted| wanted != left) {
                return Err(": day-of-year does not match day");
            }
            return Ok(Civil { year, month, day: left });
        }
        let month = self.month.unwrap_or(1);
        let of_month = self.day.unwrap_or(1);
        if of_month < 1 || of_month > length(month, year) {
            return Err(DAY);
        }
        Ok(Civil { year, month, day: of_month })
    }
}

/// How many digits a fraction at the front has.
fn fraction_length(rest: &str) -> Option<usize> {
    let digits = rest.strip_prefix(['.', ','])?;
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    (count > 0).then_some(count)
}

/// Takes a fraction of so many digits off the front, as nanoseconds.
fn fraction(rest: &mut &str, count: usize) -> Result<i64, Fault> {
    let behind = rest.strip_prefix(['.', ',']).ok_or(Fault::Shape)?;
    let (digits, behind) = behind.split_at_checked(count).ok_or(Fault::Shape)?;
    if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(Fault::Shape);
    }
    *rest = behind;
    let kept: String = digits.chars().chain("000000000".chars()).take(9).collect();
    kept.parse().map_err(|_| Fault::Shape)
}

/// Takes an offset off the front, in seconds.
fn offset(rest: &mut &str, form: Offset) -> Result<i64, Fault> {
    if form.z
        && form.numbers < 3
        && let Some(behind) = rest.strip_prefix('Z')
    {
        *rest = behind;
        return Ok(0);
    }
    let ahead = rest.starts_with('+');
    let mut text = rest.strip_prefix(['+', '-']).ok_or(Fault::Shape)?;
    let mut part = |wanted: bool, first: bool| -> Result<i64, Fault> {
        if !wanted {
            return Ok(0);
        }
        if form.colon && !first {
            text = text.strip_prefix(':').ok_or(Fault::Shape)?;
        }
        number(&mut text, true)
    };
    let (hours, minutes, seconds) =
        (part(true, true)?, part(form.numbers > 1, false)?, part(form.numbers > 2, false)?);
    within(hours, 0..=24, "time zone offset hour")?;
    within(minutes, 0..=60, "time zone offset minute")?;
    within(seconds, 0..=60, "time zone offset second")?;
    *rest = text;
    let size = (hours * 60 + minutes) * 60 + seconds;
    Ok(if ahead { size } else { -size })
}

/// Takes the name of a zone off the front. Names say nothing of their offset, but for `GMT+3`.
fn zone(rest: &mut &str) -> Result<i64, Fault> {
    if let Some(behind) = rest.strip_prefix("UTC") {
        *rest = behind;
        return Ok(0);
    }
    let length = zone_length(rest).ok_or(Fault::Shape)?;
    let (name, behind) = rest.split_at_checked(length).ok_or(Fault::Shape)?;
    *rest = behind;
    let hours = name.strip_prefix("GMT").and_then(|hours| hours.parse::<i64>().ok());
    Ok(hours.unwrap_or(0) * 3600)
}

fn zone_length(text: &str) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with("ChST") || text.starts_with("MeST") {
        return Some(4);
    }
    if let Some(behind) = text.strip_prefix("GMT") {
        return Some(3 + signed_length(behind));
    }
    if text.starts_with(['+', '-']) {
        return Some(signed_length(text)).filter(|length| *length > 0);
    }
    match text.bytes().take(6).take_while(u8::is_ascii_uppercase).count() {
        5 if text.as_bytes().get(4) == Some(&b'T') => Some(5),
        4 if text.as_bytes().get(3) == Some(&b'T') || text.starts_with("WITA") => Some(4),
        3 => Some(3),
        _ => None,
    }
}

/// The length of a sign and a number up to 23 at the front; 0 where there is none.
fn signed_length(text: &str) -> usize {
    let Some(digits) = text.strip_prefix(['+', '-']) else { return 0 };
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    let number = digits.get(..count).and_then(|digits| digits.parse::<u64>().ok());
    if number.is_some_and(|number| number <= 23) { count + 1 } else { 0 }
}
