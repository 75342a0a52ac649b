//! `format` as the API server has it, which differs from the language's own in what it does with floats and
//! with values inside of lists and maps.

use std::fmt::Write as _;

use super::Given;
use super::format::{Clause, Style, apply, radix, refused};
use crate::budget::Meter;
use crate::error::Failure;
use crate::types::declaration::Form::Member;
use crate::types::declaration::Line;
use crate::value::Value;

pub(crate) const TABLE: &[Line] =
    &[("format", Member, "string_format", "string, list(dyn) -> string", format_text)];

fn format_text(meter: &mut Meter, values: &[Value]) -> Given {
    apply(meter, values, &Kubernetes)
}

struct Kubernetes;

impl Style for Kubernetes {
    fn write(
        &self,
        meter: &mut Meter,
        clause: Clause,
        value: &Value,
        out: &mut String,
    ) -> Result<(), Failure> {
        match clause {
            Clause::Plain => plain(meter, value, out),
            Clause::Decimal => match value {
                Value::Int(_) | Value::UInt(_) => plain(meter, value, out),
                other => Err(refused("decimal clause can only be used on integers", other)),
            },
            Clause::Fixed(precision) => {
                let number = float("fixed-point", value)?;
                out.push_str(&grouped(number, precision));
                Ok(())
            }
            Clause::Scientific(precision) => {
                let number = float("scientific", value)?;
                scientific(number, precision, out);
                Ok(())
            }
            Clause::Binary | Clause::Octal | Clause::Hexadecimal { .. } => radix(clause, value, out),
        }
    }
}

/// What `%s` makes of a value by itself.
fn plain(meter: &mut Meter, value: &Value, out: &mut String) -> Result<(), Failure> {
    meter.work(1)?;
    match value {
        Value::Null => out.push_str("null"),
        Value::Type(name) => out.push_str(name),
        Value::List(list) => {
            out.push('[');
            for (place, item) in list.iter().enumerate() {
                if place > 0 {
                    out.push_str(", ");
                }
                nested(meter, &item, out)?;
            }
            out.push(']');
        }
        Value::Map(map) => {
            let mut entries = Vec::new();
            for (key, value) in map.iter() {
                if !matches!(key, Value::String(_) | Value::Bool(_) | Value::Int(_) | Value::UInt(_)) {
                    let message = format!(
                        "error during formatting: no formatting function for map key of type {}",
                        key.type_name()
                    );
                    return Err(Failure::Argument(message));
                }
                let (mut shown_key, mut shown) = (String::new(), String::new());
                nested(meter, &key, &mut shown_key)?;
                nested(meter, &value, &mut shown)?;
                entries.push((shown_key, shown));
            }
            entries.sort();
            out.push('{');
            for (place, (key, value)) in entries.iter().enumerate() {
                let comma = if place > 0 { ", " } else { "" };
                let _ = write!(out, "{comma}{key}:{value}");
            }
            out.push('}');
        }
        Value::Struct(_) | Value::Opaque(_) | Value::Optional(_) => {
            return Err(refused(
                "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, \
                 durations, and timestamps",
                value,
            ));
        }
        other => {
            let text = super::convert::to_string(other);
            out.push_str(&text.ok_or_else(|| {
                Failure::argument("error during formatting: invalid UTF-8 in bytes, cannot convert to string")
            })?);
        }
    }
    Ok(())
}

/// A value inside of a list or a map, written as a literal.
fn nested(meter: &mut Meter, value: &Value, out: &mut String) -> Result<(), Failure> {
    match value {
        Value::String(text) => quote(text, out),
        Value::Double(number) if number.is_finite() => drop(write!(out, "{number:.6}")),
        Value::Double(number) => quote(&super::convert::double_text(*number), out),
        Value::Timestamp(time) => drop(write!(out, "timestamp(\"{time}\")")),
        Value::Duration(duration) => drop(write!(out, "duration(\"{duration}\")")),
        Value::Bytes(_) => {
            let mut text = String::new();
            plain(meter, value, &mut text)?;
            out.push('b');
            quote(&text, out);
        }
        other => plain(meter, other, out)?,
    }
    Ok(())
}

/// A text in double quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut shown = String::new();
    quote(text, &mut shown);
    shown
}

/// Writes a text in double quotes, with what cannot be printed escaped.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{07}' => out.push_str("\\a"),
            '\u{08}' => out.push_str("\\b"),
            '\u{0b}' => out.push_str("\\v"),
            '\u{0c}' => out.push_str("\\f"),
            letter if u32::from(letter) < 0x20 || letter == '\u{7f}' => {
                let _ = write!(out, "\\x{:02x}", u32::from(letter));
            }
            letter if letter.is_ascii() || letter.escape_debug().count() == 1 => out.push(letter),
            letter if u32::from(letter) < 0x10000 => drop(write!(out, "\\u{:04x}", u32::from(letter))),
            letter => drop(write!(out, "\\U{:08x}", u32::from(letter))),
        }
    }
    out.push('"');
}

fn float(clause: &str, value: &Value) -> Result<f64, Failure> {
    match value {
        Value::Double(number) => Ok(*number),
        Value::String(text) if text == "NaN" => Ok(f64::NAN),
        Value::String(text) if text == "Infinity" => Ok(f64::INFINITY),
        Value::String(text) if text == "-Infinity" => Ok(f64::NEG_INFINITY),
        other => Err(refused(&format!("{clause} clause can only be used on doubles"), other)),
    }
}

fn special(number: f64) -> Option<&'static str> {
    match number {
        number if number.is_nan() => Some("NaN"),
        f64::INFINITY => Some("∞"),
        f64::NEG_INFINITY => Some("-∞"),
        _ => None,
    }
}

/// A number, and for the negative zero the positive one, as the reference engine prints it.
fn unsigned_zero(number: f64) -> f64 {
    if number == 0.0 { 0.0 } else { number }
}

/// A number with commas between thousands.
fn grouped(number: f64, precision: usize) -> String {
    if let Some(word) = special(number) {
        return word.to_owned();
    }
    let number = unsigned_zero(number);
    let plain = format!("{number:.precision$}");
    let (sign, size) = plain.strip_prefix('-').map_or(("", plain.as_str()), |size| ("-", size));
    let (whole, fraction) =
        size.split_once('.').map_or((size, ""), |(whole, _)| (whole, size.get(whole.len()..).unwrap_or("")));
    let mut out = String::from(sign);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + fraction
}

fn scientific(number: f64, precision: usize, out: &mut String) {
    if let Some(word) = special(number) {
        let _ = write!(out, "{word:>precision$}");
        return;
    }
    let precision = if precision == 0 { 6 } else { precision };
    let number = unsigned_zero(number);
    let text = format!("{number:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let _ = write!(out, "{mantissa}×10");
    if exponent < 0 {
        out.push('⁻');
    }
    for digit in format!("{:02}", exponent.unsigned_abs()).chars() {
        let place = digit.to_digit(10).unwrap_or(0) as usize;
        out.extend("⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(place));
    }
}
