//! `'%s is %d'.format([…])`: values put into a text.

use std::fmt::Write as _;

use super::Given;
use crate::budget::Meter;
use crate::error::Failure;
use crate::types::declaration::Form::Member;
use crate::types::declaration::Line;
use crate::value::Value;

pub(crate) const TABLE: &[Line] =
    &[("format", Member, "string_format", "string, list(dyn) -> string", format_text)];

/// The most digits behind the point.
const PRECISION: usize = 1000;

fn format_text(meter: &mut Meter, values: &[Value]) -> Given {
    apply(meter, values, &Language)
}

/// What stands behind a percent sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clause {
    Plain,
    Decimal,
    Fixed(usize),
    Scientific(usize),
    Binary,
    Octal,
    Hexadecimal { upper: bool },
}

impl Clause {
    /// Reads a clause behind its percent sign, and gives what stands behind it.
    pub(crate) fn read(text: &str) -> Result<(Self, &str), Failure> {
        let wrong = |why: &str| Failure::Argument(format!("could not parse formatting clause: {why}"));
        let (precision, text) = match text.strip_prefix('.') {
            Some(behind) => {
                let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
                let written = behind.get(..digits).unwrap_or("");
                let precision = written.parse().ok().filter(|precision| *precision <= PRECISION);
                let precision = precision.ok_or_else(|| wrong("error while parsing precision"))?;
                (precision, behind.get(digits..).unwrap_or(""))
            }
            None => (6, text),
        };
        let letter = text.chars().next().ok_or_else(|| Failure::argument("unexpected end of string"))?;
        let clause = match letter {
            's' => Self::Plain,
            'd' => Self::Decimal,
            'f' => Self::Fixed(precision),
            'e' => Self::Scientific(precision),
            'b' => Self::Binary,
            'o' => Self::Octal,
            'x' | 'X' => Self::Hexadecimal { upper: letter == 'X' },
            other => return Err(wrong(&format!("unrecognized formatting clause \"{other}\""))),
        };
        Ok((clause, text.get(letter.len_utf8()..).unwrap_or("")))
    }
}

/// How clauses write values.
pub(super) trait Style {
    fn write(
        &self,
        meter: &mut Meter,
        clause: Clause,
        value: &Value,
        out: &mut String,
    ) -> Result<(), Failure>;
}

/// Puts values into a text.
pub(super) fn apply(meter: &mut Meter, values: &[Value], style: &dyn Style) -> Given {
    let [Value::String(template), Value::List(arguments)] = values else {
        return Err(Failure::NoSuchOverload);
    };
    let mut out = String::with_capacity(template.len());
    let mut next = 0;
    let mut rest = template.as_str();
    while let Some(at) = rest.find('%') {
        out.push_str(rest.get(..at).unwrap_or(""));
        rest = rest.get(at + 1..).unwrap_or("");
        if let Some(behind) = rest.strip_prefix('%') {
            out.push('%');
            rest = behind;
            continue;
        }
        let argument = arguments.get(next);
        let argument = argument.ok_or_else(|| Failure::argument(format!("index {next} out of range")))?;
        next += 1;
        let before = out.len();
        let (clause, behind) = Clause::read(rest)?;
        style.write(meter, clause, &argument, &mut out)?;
        rest = behind;
        meter.memory(out.len().saturating_sub(before))?;
    }
    out.push_str(rest);
    meter.memory(out.len())?;
    Ok(Value::String(out.into()))
}

pub(super) fn refused(allowed: &str, argument: &Value) -> Failure {
    Failure::Argument(format!("error during formatting: {allowed}, was given {}", argument.type_name()))
}

struct Language;

impl Style for Language {
    fn write(
        &self,
        meter: &mut Meter,
        clause: Clause,
        value: &Value,
        out: &mut String,
    ) -> Result<(), Failure> {
        match clause {
            Clause::Plain => plain(meter, value, out),
            Clause::Decimal => decimal(value, out),
            Clause::Fixed(precision) => fixed(value, precision, out),
            Clause::Scientific(precision) => scientific(value, precision, out),
            Clause::Binary | Clause::Octal | Clause::Hexadecimal { .. } => radix(clause, value, out),
        }
    }
}

/// What `%s` makes of a value.
fn plain(meter: &mut Meter, value: &Value, out: &mut String) -> Result<(), Failure> {
    meter.work(1)?;
    match value {
        Value::Null => out.push_str("null"),
        Value::Type(name) => out.push_str(name),
        Value::Double(number) => {
            if !special(*number, out) {
                let _ = write!(out, "{number}");
            }
        }
        Value::Bytes(bytes) => out.push_str(&String::from_utf8_lossy(bytes)),
        Value::List(list) => {
            out.push('[');
            for (place, item) in list.iter().enumerate() {
                if place > 0 {
                    out.push_str(", ");
                }
                plain(meter, &item, out)?;
            }
            out.push(']');
        }
        Value::Map(map) => {
            let mut entries = Vec::new();
            for (key, value) in map.iter() {
                if !matches!(key, Value::String(_) | Value::Bool(_) | Value::Int(_) | Value::UInt(_)) {
                    let message = format!("no formatting function for map key of type {}", key.type_name());
                    return Err(Failure::Argument(message));
                }
                let (mut shown_key, mut shown) = (String::new(), String::new());
                plain(meter, &key, &mut shown_key)?;
                plain(meter, &value, &mut shown)?;
                entries.push((shown_key, shown));
            }
            entries.sort();
            out.push('{');
            for (place, (key, value)) in entries.iter().enumerate() {
                let comma = if place > 0 { ", " } else { "" };
                let _ = write!(out, "{comma}{key}: {value}");
            }
            out.push('}');
        }
        Value::Bool(_)
        | Value::Int(_)
        | Value::UInt(_)
        | Value::String(_)
        | Value::Timestamp(_)
        | Value::Duration(_) => out.push_str(&super::convert::to_string(value).unwrap_or_default()),
        other => {
            let allowed =
                "strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps";
            return Err(refused(&format!("string clause can only be used on {allowed}"), other));
        }
    }
    Ok(())
}

/// Writes a number that is none, or has no end.
fn special(number: f64, out: &mut String) -> bool {
    let word = match number {
        number if number.is_nan() => "NaN",
        f64::INFINITY => "Infinity",
        f64::NEG_INFINITY => "-Infinity",
        _ => return false,
    };
    out.push_str(word);
    true
}

fn decimal(value: &Value, out: &mut String) -> Result<(), Failure> {
    match value {
        Value::Int(number) => drop(write!(out, "{number}")),
        Value::UInt(number) => drop(write!(out, "{number}")),
        Value::Double(number) => {
            if !special(*number, out) {
                let _ = write!(out, "{number}");
            }
        }
        other => return Err(refused("decimal clause can only be used on ints, uints and doubles", other)),
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "the nearest float is what is formatted")]
fn number(value: &Value, clause: &str) -> Result<f64, Failure> {
    match value {
        Value::Double(number) => Ok(*number),
        Value::Int(number) => Ok(*number as f64),
        Value::UInt(number) => Ok(*number as f64),
        other => Err(refused(&format!("{clause} clause can only be used on doubles"), other)),
    }
}

fn fixed(value: &Value, precision: usize, out: &mut String) -> Result<(), Failure> {
    let number = number(value, "fixed-point")?;
    if !special(number, out) {
        let _ = write!(out, "{number:.precision$}");
    }
    Ok(())
}

fn scientific(value: &Value, precision: usize, out: &mut String) -> Result<(), Failure> {
    let number = number(value, "scientific")?;
    if !special(number, out) {
        let text = format!("{number:.precision$e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        let sign = if exponent < 0 { '-' } else { '+' };
        let _ = write!(out, "{mantissa}e{sign}{:02}", exponent.unsigned_abs());
    }
    Ok(())
}

/// Writes a number in another base; texts and bytes in hexadecimal.
pub(super) fn radix(clause: Clause, value: &Value, out: &mut String) -> Result<(), Failure> {
    let (negative, size) = match (clause, value) {
        (_, Value::Int(number)) => (*number < 0, number.unsigned_abs()),
        (_, Value::UInt(number)) => (false, *number),
        (Clause::Binary, Value::Bool(value)) => (false, u64::from(*value)),
        (Clause::Hexadecimal { upper }, Value::String(text)) => {
            hexadecimal(text.as_bytes(), upper, out);
            return Ok(());
        }
        (Clause::Hexadecimal { upper }, Value::Bytes(bytes)) => {
            hexadecimal(bytes, upper, out);
            return Ok(());
        }
        (Clause::Binary, other) => {
            return Err(refused("only integers and bools can be formatted as binary", other));
        }
        (Clause::Octal, other) => return Err(refused("octal clause can only be used on integers", other)),
        (_, other) => {
            return Err(refused("only integers, byte buffers, and strings can be formatted as hex", other));
        }
    };
    if negative {
        out.push('-');
    }
    let _ = match clause {
        Clause::Binary => write!(out, "{size:b}"),
        Clause::Octal => write!(out, "{size:o}"),
        Clause::Hexadecimal { upper: true } => write!(out, "{size:X}"),
        _ => write!(out, "{size:x}"),
    };
    Ok(())
}

fn hexadecimal(bytes: &[u8], upper: bool, out: &mut String) {
    for byte in bytes {
        let _ = if upper { write!(out, "{byte:02X}") } else { write!(out, "{byte:02x}") };
    }
}
