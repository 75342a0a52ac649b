//! Layouts: texts that show how the second of January 2006, 15:04:05, would be written.

use std::fmt;
use std::io::Write as _;

use super::civil::{Civil, MONTHS, WEEKDAYS};
use super::moment::Moment;

/// A part of a layout that stands for a part of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chunk {
    LongMonth,
    Month,
    NumberMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    SpaceDay,
    ZeroDay,
    SpaceYearDay,
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
    Abbreviation,
    Offset(OffsetForm),
    /// Digits of a fraction: so many of them, without zeros at the end where `trims`, behind this sign.
    Fraction {
        digits: usize,
        trims: bool,
        sign: u8,
    },
}

/// How an offset from UTC is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OffsetForm {
    /// Whether UTC is `Z`.
    pub(super) has_letter: bool,
    pub(super) has_colons: bool,
    /// Whether minutes are written, and seconds.
    pub(super) fields: u8,
}

const fn offset(has_letter: bool, has_colons: bool, fields: u8) -> Chunk {
    Chunk::Offset(OffsetForm { has_letter, has_colons, fields })
}

/// The chunks as they are written; of two that fit, the first one counts.
const CHUNKS: &[(&str, Chunk)] = &[
    ("January", Chunk::LongMonth),
    ("Jan", Chunk::Month),
    ("Monday", Chunk::LongWeekday),
    ("Mon", Chunk::Weekday),
    ("MST", Chunk::Abbreviation),
    ("01", Chunk::ZeroMonth),
    ("02", Chunk::ZeroDay),
    ("03", Chunk::ZeroHour12),
    ("04", Chunk::ZeroMinute),
    ("05", Chunk::ZeroSecond),
    ("06", Chunk::Year),
    ("002", Chunk::ZeroYearDay),
    ("15", Chunk::Hour),
    ("1", Chunk::NumberMonth),
    ("2006", Chunk::LongYear),
    ("2", Chunk::Day),
    ("_2", Chunk::SpaceDay),
    ("__2", Chunk::SpaceYearDay),
    ("3", Chunk::Hour12),
    ("4", Chunk::Minute),
    ("5", Chunk::Second),
    ("PM", Chunk::UpperHalf),
    ("pm", Chunk::LowerHalf),
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

/// The next chunk of a layout: where it starts, where it ends, and what it is. None where only text is left.
pub(super) fn next_chunk(layout: &[u8]) -> Option<(usize, usize, Chunk)> {
    (0..layout.len()).find_map(|at| {
        let rest = layout.get(at..)?;
        let (length, chunk) = chunk_at(rest)?;
        Some((at, at + length, chunk))
    })
}

fn chunk_at(rest: &[u8]) -> Option<(usize, Chunk)> {
    if let [sign @ (b'.' | b','), digit @ (b'0' | b'9'), ..] = rest {
        let digits = rest.iter().skip(1).take_while(|byte| *byte == digit).count();
        let ends = !rest.get(1 + digits).is_some_and(u8::is_ascii_digit);
        return ends.then_some((1 + digits, Chunk::Fraction { digits, trims: *digit == b'9', sign: *sign }));
    }
    let fits = |(text, chunk): &&(&str, Chunk)| {
        let Some(behind) = rest.strip_prefix(text.as_bytes()) else {
            return false;
        };
        match chunk {
            // `Janus` is a name, `_2006` a sign before a year.
            Chunk::Month | Chunk::Weekday => !behind.first().is_some_and(u8::is_ascii_lowercase),
            Chunk::SpaceDay => !behind.starts_with(b"006"),
            _ => true,
        }
    };
    CHUNKS.iter().find(fits).map(|(text, chunk)| (text.len(), *chunk))
}

impl Moment {
    /// The instant in a layout.
    pub fn format(&self, layout: &[u8]) -> Vec<u8> {
        format(self, layout)
    }

    /// The instant as RFC 3339 has it, as Go writes it to JSON.
    pub fn rfc3339(&self) -> Vec<u8> {
        self.format(b"2006-01-02T15:04:05.999999999Z07:00")
    }
}

impl fmt::Display for Moment {
    /// Prints RFC 3339 without a fraction.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.format(b"2006-01-02T15:04:05Z07:00")))
    }
}

/// Writes a time as a layout shows it.
fn format(moment: &Moment, layout: &[u8]) -> Vec<u8> {
    let offset = moment.offset();
    let civil = Civil::of(moment.seconds.wrapping_add(offset.seconds));
    let mut out = Vec::with_capacity(layout.len() + 10);
    let mut rest = layout;
    while let Some((start, end, chunk)) = next_chunk(rest) {
        let (before, behind) = (rest.get(..start).unwrap_or_default(), rest.get(end..).unwrap_or_default());
        out.extend_from_slice(before);
        rest = behind;
        // Writing to a vector does not fail.
        let _ = match chunk {
            Chunk::LongMonth => write!(out, "{}", name(&MONTHS, civil.month - 1)),
            Chunk::Month => write!(out, "{:.3}", name(&MONTHS, civil.month - 1)),
            Chunk::NumberMonth => write!(out, "{}", civil.month),
            Chunk::ZeroMonth => write!(out, "{:02}", civil.month),
            Chunk::LongWeekday => write!(out, "{}", name(&WEEKDAYS, civil.weekday())),
            Chunk::Weekday => write!(out, "{:.3}", name(&WEEKDAYS, civil.weekday())),
            Chunk::Day => write!(out, "{}", civil.day),
            Chunk::SpaceDay => write!(out, "{:2}", civil.day),
            Chunk::ZeroDay => write!(out, "{:02}", civil.day),
            Chunk::SpaceYearDay => write!(out, "{:3}", civil.year_day()),
            Chunk::ZeroYearDay => write!(out, "{:03}", civil.year_day()),
            Chunk::Hour => write!(out, "{:02}", civil.hour),
            Chunk::Hour12 => write!(out, "{}", (civil.hour + 11) % 12 + 1),
            Chunk::ZeroHour12 => write!(out, "{:02}", (civil.hour + 11) % 12 + 1),
            Chunk::Minute => write!(out, "{}", civil.minute),
            Chunk::ZeroMinute => write!(out, "{:02}", civil.minute),
            Chunk::Second => write!(out, "{}", civil.second),
            Chunk::ZeroSecond => write!(out, "{:02}", civil.second),
            Chunk::LongYear if civil.year < 0 => write!(out, "-{:04}", civil.year.unsigned_abs()),
            Chunk::LongYear => write!(out, "{:04}", civil.year),
            Chunk::Year => write!(out, "{:02}", civil.year.unsigned_abs() % 100),
            Chunk::UpperHalf => write!(out, "{}", if civil.hour >= 12 { "PM" } else { "AM" }),
            Chunk::LowerHalf => write!(out, "{}", if civil.hour >= 12 { "pm" } else { "am" }),
            Chunk::Abbreviation if offset.abbreviation.is_empty() => write_offset(
                &mut out,
                offset.seconds,
                OffsetForm { has_letter: false, has_colons: false, fields: 2 },
            ),
            Chunk::Abbreviation => write!(out, "{}", offset.abbreviation),
            Chunk::Offset(form) => write_offset(&mut out, offset.seconds, form),
            Chunk::Fraction { digits, trims, sign } => {
                write_fraction(&mut out, moment.nanoseconds, digits, trims, sign);
                Ok(())
            }
        };
    }
    out.extend_from_slice(rest);
    out
}

fn name<const N: usize>(names: &[&'static str; N], index: i64) -> &'static str {
    usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or("")
}

fn write_offset(out: &mut Vec<u8>, seconds: i64, form: OffsetForm) -> std::io::Result<()> {
    if form.has_letter && seconds == 0 {
        return write!(out, "Z");
    }
    let sign = if seconds / 60 < 0 { '-' } else { '+' };
    let size = seconds.unsigned_abs();
    write!(out, "{sign}{:02}", size / 3_600)?;
    let colon = if form.has_colons { ":" } else { "" };
    if form.fields > 1 {
        write!(out, "{colon}{:02}", size / 60 % 60)?;
    }
    if form.fields > 2 {
        write!(out, "{colon}{:02}", size % 60)?;
    }
    Ok(())
}

fn write_fraction(out: &mut Vec<u8>, nanoseconds: u32, digits: usize, trims: bool, sign: u8) {
    let all = format!("{nanoseconds:09}");
    let kept = all.get(..digits.min(9)).unwrap_or(&all);
    let kept = if trims { kept.trim_end_matches('0') } else { kept };
    if trims && kept.is_empty() {
        return;
    }
    out.push(sign);
    out.extend_from_slice(kept.as_bytes());
}
