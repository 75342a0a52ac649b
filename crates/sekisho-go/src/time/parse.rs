//! Times read by a layout.

use std::fmt::Write as _;

use smol_str::SmolStr;

use super::civil::{Civil, MONTHS, WEEKDAYS, is_leap, month_length};
use super::layout::{Chunk, OffsetForm, next_chunk};
use super::moment::Moment;
use super::zone::Zone;

/// Why a chunk could not be read.
enum Fault {
    /// The text does not look like it.
    Shape,
    /// What this names is out of range.
    Range(&'static str),
}

use Fault::{Range, Shape};

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
    nanoseconds: u32,
    /// Whether `PM` was read, or `AM`.
    is_afternoon: Option<bool>,
    is_utc: bool,
    offset: Option<i64>,
    abbreviation: Option<SmolStr>,
}

/// Reads a time; one without a zone is local.
///
/// # Errors
/// The message that Go gives, where the text does not fit the layout.
pub fn parse(layout: &[u8], text: &[u8]) -> Result<Moment, String> {
    let mut fields = Fields::default();
    let mut value = text;
    let mut rest = layout;
    loop {
        let (start, end, chunk) = match next_chunk(rest) {
            Some((start, end, chunk)) => (start, end, Some(chunk)),
            None => (rest.len(), rest.len(), None),
        };
        let before = rest.get(..start).unwrap_or_default();
        let written = rest.get(start..end).unwrap_or_default();
        let behind = rest.get(end..).unwrap_or_default();
        value = skip(value, before).map_err(|left| unfit(layout, text, before, left))?;
        let Some(chunk) = chunk else {
            if value.is_empty() {
                break;
            }
            return Err(wrong(text, &format!(": extra text: {}", quote(value))));
        };
        let held = value;
        fields.read(chunk, &mut value, behind).map_err(|fault| match fault {
            Shape => unfit(layout, text, written, held),
            Range(what) => wrong(text, &format!(": {what} out of range")),
        })?;
        rest = behind;
    }
    fields.finish().map_err(|message| wrong(text, message))
}

fn unfit(layout: &[u8], text: &[u8], chunk: &[u8], left: &[u8]) -> String {
    let (layout, chunk, left) = (quote(layout), quote(chunk), quote(left));
    format!("parsing time {} as {layout}: cannot parse {left} as {chunk}", quote(text))
}

fn wrong(text: &[u8], message: &str) -> String {
    format!("parsing time {}{message}", quote(text))
}

/// A text in quotes; bytes beyond printable ASCII as `\x`.
pub fn quote(text: &[u8]) -> String {
    let mut quoted = String::from('"');
    for byte in text {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(*byte)]),
            b' '..=b'\x7f' => quoted.push(char::from(*byte)),
            // Writing to a `String` does not fail.
            _ => drop(write!(quoted, "\\x{byte:02x}")),
        }
    }
    quoted.push('"');
    quoted
}

/// Goes over the text of a layout; any number of spaces stands for one or more. Fails with what is left.
fn skip<'t>(value: &'t [u8], prefix: &[u8]) -> Result<&'t [u8], &'t [u8]> {
    let (mut value, mut prefix) = (value, prefix);
    while let Some((first, behind)) = prefix.split_first() {
        if *first == b' ' {
            if value.first().is_some_and(|next| *next != b' ') {
                return Err(value);
            }
            prefix = without_spaces(prefix);
            value = without_spaces(value);
            continue;
        }
        match value.split_first() {
            Some((next, left)) if next == first => value = left,
            _ => return Err(value),
        }
        prefix = behind;
    }
    Ok(value)
}

fn without_spaces(text: &[u8]) -> &[u8] {
    text.get(text.iter().take_while(|byte| **byte == b' ').count()..).unwrap_or_default()
}

/// Takes so many bytes.
fn take<'t>(value: &mut &'t [u8], length: usize) -> Result<&'t [u8], Fault> {
    let (taken, left) = value.split_at_checked(length).ok_or(Shape)?;
    *value = left;
    Ok(taken)
}

/// Reads a number of one or two digits; of two, where `fixed`.
fn number(value: &mut &[u8], fixed: bool) -> Result<i64, Fault> {
    digits(value, if fixed { 2 } else { 1 }, 2)
}

/// Reads a number of so many digits.
fn digits(value: &mut &[u8], least: usize, most: usize) -> Result<i64, Fault> {
    let count = value.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
    if count < least {
        return Err(Shape);
    }
    let digits = take(value, count)?;
    Ok(digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0')))
}

/// Reads a number within a range.
fn bounded(value: &mut &[u8], fixed: bool, limit: i64, what: &'static str) -> Result<i64, Fault> {
    match number(value, fixed)? {
        number if number < limit => Ok(number),
        _ => Err(Range(what)),
    }
}

/// Reads a name in letters of any case, or the first three letters of it; yields its place in the list.
fn name(value: &mut &[u8], names: &[&str], is_short: bool) -> Result<i64, Fault> {
    for (index, name) in (0..).zip(names) {
        let name = if is_short { name.get(..3).unwrap_or(name) } else { name };
        if value.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes())) {
            take(value, name.len())?;
            return Ok(index);
        }
    }
    Err(Shape)
}

impl Fields {
    /// Reads one chunk; `behind` is the rest of the layout.
    fn read(&mut self, chunk: Chunk, value: &mut &[u8], behind: &[u8]) -> Result<(), Fault> {
        match chunk {
            Chunk::Year => {
                let year = signed(take(value, 2)?)?;
                self.year = year + if year >= 69 { 1_900 } else { 2_000 };
            }
            Chunk::LongYear => {
                if !value.first().is_some_and(u8::is_ascii_digit) {
                    return Err(Shape);
                }
                self.year = signed(take(value, 4)?)?;
            }
            Chunk::Month => self.month = Some(name(value, &MONTHS, true)? + 1),
            Chunk::LongMonth => self.month = Some(name(value, &MONTHS, false)? + 1),
            Chunk::NumberMonth | Chunk::ZeroMonth => {
                let month = number(value, chunk == Chunk::ZeroMonth)?;
                if !(1..=12).contains(&month) {
                    return Err(Range("month"));
                }
                self.month = Some(month);
            }
            Chunk::Weekday => {
                name(value, &WEEKDAYS, true)?;
            }
            Chunk::LongWeekday => {
                name(value, &WEEKDAYS, false)?;
            }
            Chunk::Day | Chunk::SpaceDay | Chunk::ZeroDay => {
                if chunk == Chunk::SpaceDay && value.starts_with(b" ") {
                    take(value, 1)?;
                }
                self.day = Some(number(value, chunk == Chunk::ZeroDay)?);
            }
            Chunk::SpaceYearDay | Chunk::ZeroYearDay => {
                for _ in 0..2 {
                    if chunk == Chunk::SpaceYearDay && value.starts_with(b" ") {
                        take(value, 1)?;
                    }
                }
                self.year_day = Some(digits(value, if chunk == Chunk::ZeroYearDay { 3 } else { 1 }, 3)?);
            }
            Chunk::Hour => self.hour = bounded(value, false, 24, "hour")?,
            Chunk::Hour12 | Chunk::ZeroHour12 => {
                self.hour = bounded(value, chunk == Chunk::ZeroHour12, 13, "hour")?;
            }
            Chunk::Minute | Chunk::ZeroMinute => {
                self.minute = bounded(value, chunk == Chunk::ZeroMinute, 60, "minute")?;
            }
            Chunk::Second | Chunk::ZeroSecond => {
                self.second = bounded(value, chunk == Chunk::ZeroSecond, 60, "second")?;
                let has_fraction = matches!(value, [b'.' | b',', digit, ..] if digit.is_ascii_digit());
                let comes_next = matches!(next_chunk(behind), Some((_, _, Chunk::Fraction { .. })));
                // A fraction may follow the seconds also where the layout has none.
                if has_fraction && !comes_next {
                    self.nanoseconds = all_of_fraction(value)?;
                }
            }
            Chunk::UpperHalf => self.is_afternoon = Some(half(take(value, 2)?, b"PM", b"AM")?),
            Chunk::LowerHalf => self.is_afternoon = Some(half(take(value, 2)?, b"pm", b"am")?),
            Chunk::Offset(form) => self.read_offset(form, value)?,
            Chunk::Abbreviation => {
                if value.starts_with(b"UTC") {
                    take(value, 3)?;
                    self.is_utc = true;
                } else {
                    let abbreviation = take(value, abbreviation_length(value).ok_or(Shape)?)?;
                    self.abbreviation = Some(String::from_utf8_lossy(abbreviation).into());
                }
            }
            Chunk::Fraction { digits, trims: false, .. } => {
                self.nanoseconds = fraction(take(value, digits + 1)?)?;
            }
            Chunk::Fraction { .. } => {
                if matches!(value, [b'.' | b',', digit, ..] if digit.is_ascii_digit()) {
                    self.nanoseconds = all_of_fraction(value)?;
                }
            }
        }
        Ok(())
    }

    fn read_offset(&mut self, form: OffsetForm, value: &mut &[u8]) -> Result<(), Fault> {
        if form.has_letter && value.starts_with(b"Z") {
            take(value, 1)?;
            self.is_utc = true;
            return Ok(());
        }
        let width = if form.has_colons { 3 } else { 2 };
        let mut written = take(value, 3 + width * usize::from(form.fields - 1))?;
        let sign = take(&mut written, 1)?;
        let mut parts = [0; 3];
        for (index, part) in parts.iter_mut().enumerate().take(form.fields.into()) {
            if form.has_colons && index > 0 && take(&mut written, 1)? != b":" {
                return Err(Shape);
            }
            *part = number(&mut written, true)?;
        }
        let [hours, minutes, seconds] = parts;
        if hours > 24 {
            return Err(Range("time zone offset hour"));
        }
        if minutes > 60 {
            return Err(Range("time zone offset minute"));
        }
        if seconds > 60 {
            return Err(Range("time zone offset second"));
        }
        let offset = (hours * 60 + minutes) * 60 + seconds;
        self.offset = Some(match sign {
            b"+" => offset,
            b"-" => -offset,
            _ => return Err(Shape),
        });
        Ok(())
    }

    /// The time that the fields make; in error, what Go says behind the quoted text.
    fn finish(mut self) -> Result<Moment, &'static str> {
        match self.is_afternoon {
            Some(true) if self.hour < 12 => self.hour += 12,
            Some(false) if self.hour == 12 => self.hour = 0,
            _ => {}
        }
        let (month, day) = match self.year_day {
            Some(year_day) => self.month_and_day(year_day)?,
            None => (self.month.unwrap_or(1), self.day.unwrap_or(1)),
        };
        if day < 1 || day > month_length(self.year, month) {
            return Err(": day out of range");
        }
        let civil =
            Civil { year: self.year, month, day, hour: self.hour, minute: self.minute, second: self.second };
        let moment = |zone| Moment::of(civil, self.nanoseconds, zone);
        if self.is_utc {
            return Ok(moment(Zone::Utc));
        }
        let name = self.abbreviation.clone().unwrap_or_default();
        if let Some(offset) = self.offset {
            let is_local = offset == 0 && (name.is_empty() || name == "UTC");
            return Ok(moment(if is_local { Zone::Local } else { Zone::Fixed(name, offset) }));
        }
        if self.abbreviation.is_some() {
            let hours = name.strip_prefix("GMT").and_then(|hours| hours.parse::<i64>().ok()).unwrap_or(0);
            let zone = Zone::Fixed(name, hours * 3_600);
            // The clock is read as UTC, whatever the offset is.
            return Ok(moment(Zone::Utc).within(zone));
        }
        Ok(moment(Zone::Local))
    }

    fn month_and_day(&self, year_day: i64) -> Result<(i64, i64), &'static str> {
        if year_day < 1 || year_day > if is_leap(self.year) { 366 } else { 365 } {
            return Err(": day-of-year out of range");
        }
        let (mut month, mut day) = (1, year_day);
        while day > month_length(self.year, month) {
            day -= month_length(self.year, month);
            month += 1;
        }
        if self.month.is_some_and(|own| own != month) {
            return Err(": day-of-year does not match month");
        }
        if self.day.is_some_and(|own| own != day) {
            return Err(": day-of-year does not match day");
        }
        Ok((month, day))
    }
}

/// Reads digits that may have a sign.
fn signed(digits: &[u8]) -> Result<i64, Fault> {
    std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).ok_or(Shape)
}

fn half(written: &[u8], afternoon: &[u8], morning: &[u8]) -> Result<bool, Fault> {
    if written == afternoon {
        Ok(true)
    } else if written == morning {
        Ok(false)
    } else {
        Err(Shape)
    }
}

/// Reads a sign and all digits behind it.
fn all_of_fraction(value: &mut &[u8]) -> Result<u32, Fault> {
    let digits = value.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
    fraction(take(value, digits + 1)?)
}

/// The nanoseconds of a sign and digits, of which nine count.
fn fraction(written: &[u8]) -> Result<u32, Fault> {
    let (sign, digits) = written.split_first().ok_or(Shape)?;
    if !matches!(sign, b'.' | b',') {
        return Err(Shape);
    }
    let digits = digits.get(..9).unwrap_or(digits);
    let number = signed(digits)?;
    if number < 0 {
        return Err(Range("fractional second"));
    }
    let scale = 10_u32.pow(u32::try_from(9 - digits.len()).unwrap_or(0));
    Ok(u32::try_from(number).unwrap_or(0).saturating_mul(scale))
}

/// How long the abbreviation of a zone is that a text begins with.
fn abbreviation_length(value: &[u8]) -> Option<usize> {
    if value.len() < 3 {
        return None;
    }
    if value.starts_with(b"ChST") || value.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(behind) = value.strip_prefix(b"GMT") {
        return Some(3 + signed_hours(behind));
    }
    if matches!(value.first(), Some(b'+' | b'-')) {
        return Some(signed_hours(value)).filter(|length| *length > 0);
    }
    let capitals = value.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count();
    let fits = match capitals {
        3 => true,
        4 => value.get(3) == Some(&b'T') || value.starts_with(b"WITA"),
        5 => value.get(4) == Some(&b'T'),
        _ => false,
    };
    fits.then_some(capitals)
}

/// How long a sign with hours up to 23 is that a text begins with; 0 where it does not.
fn signed_hours(value: &[u8]) -> usize {
    let Some((b'+' | b'-', behind)) = value.split_first() else {
        return 0;
    };
    let digits = behind.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let hours = behind.get(..digits).and_then(|digits| signed(digits).ok());
    if hours.is_some_and(|hours| hours <= 23) { 1 + digits } else { 0 }
}
