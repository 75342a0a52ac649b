//! Values as Go's `fmt` prints them.

use std::fmt::Write as _;

use super::{BudgetError, Call, CallError};
use crate::value::{Data, HostKind, Text, TextBuilder, Value};

/// How deep values are shown.
const MAX_NESTING: usize = 1_000;

/// Asks whether so many more bytes may be made.
pub(crate) type Allow<'a> = &'a mut dyn FnMut(usize) -> Result<(), BudgetError>;

/// A value as `%v` prints it.
pub(crate) fn display(value: &Value, allow: Allow<'_>) -> Result<Text, BudgetError> {
    if let Data::Text(text) = &value.data {
        return Ok(text.clone());
    }
    let mut bytes = Vec::new();
    let mut printer = Printer { bytes: &mut bytes, allow, noted: 0 };
    printer.value(value, 0)?;
    Ok(Text::from_bytes(bytes))
}

/// A value as `%v` prints it, for a message.
pub(crate) fn show(value: &Value) -> String {
    const ENOUGH: usize = 1 << 16;
    let mut left = ENOUGH;
    let mut allow = |bytes: usize| match left.checked_sub(bytes) {
        Some(rest) => {
            left = rest;
            Ok(())
        }
        None => Err(BudgetError::Bytes { limit: ENOUGH }),
    };
    match display(value, &mut allow) {
        Ok(text) => text.to_str().into_owned(),
        Err(_) => "…".to_owned(),
    }
}

/// The arguments one after the other, a space between two that are both no text.
pub(crate) fn print(call: &mut Call<'_, '_>, values: &[Value]) -> Result<Text, CallError> {
    let mut out = TextBuilder::new();
    let mut after_text = true;
    for value in values {
        let is_text = value.as_text().is_some();
        if !out.is_empty() && !after_text && !is_text {
            out.push(" ");
        }
        after_text = is_text;
        push(call, value, &mut out)?;
    }
    Ok(out.finish())
}

/// The arguments with a space between each two, and a line break.
pub(crate) fn print_line(call: &mut Call<'_, '_>, values: &[Value]) -> Result<Text, CallError> {
    let mut out = TextBuilder::new();
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.push(" ");
        }
        push(call, value, &mut out)?;
    }
    out.push("\n");
    Ok(out.finish())
}

fn push(call: &mut Call<'_, '_>, value: &Value, out: &mut TextBuilder) -> Result<(), CallError> {
    if let Data::Text(text) = &value.data {
        call.allocate(text.len())?;
        out.push_text(text);
        return Ok(());
    }
    let shown = display(value, &mut |bytes| call.allocate(bytes))?;
    out.push_from(&shown.to_str(), value);
    Ok(())
}

/// Prints values one inside the other.
struct Printer<'a> {
    bytes: &'a mut Vec<u8>,
    allow: Allow<'a>,
    /// How many of the bytes were asked for.
    noted: usize,
}

impl Printer<'_> {
    fn value(&mut self, value: &Value, depth: usize) -> Result<(), BudgetError> {
        if depth > MAX_NESTING {
            return Err(BudgetError::Nesting { limit: MAX_NESTING });
        }
        match &value.data {
            Data::Absent | Data::Nil => self.push(b"<nil>"),
            Data::Bool(value) => self.push(if *value { b"true" } else { b"false" }),
            Data::Int(value, _) => self.write(format_args!("{value}")),
            Data::Uint(value, _) => self.write(format_args!("{value}")),
            Data::Float(value) => self.push(float(*value).as_bytes()),
            Data::Text(text) => self.push(text.as_bytes()),
            Data::Bytes(bytes) => {
                self.push(b"[");
                for (index, byte) in bytes.iter().enumerate() {
                    self.write(format_args!("{}{byte}", if index > 0 { " " } else { "" }));
                }
                self.push(b"]");
            }
            Data::List(list) => {
                self.push(b"[");
                for (index, item) in list.items().iter().enumerate() {
                    if index > 0 {
                        self.push(b" ");
                    }
                    self.value(item, depth + 1)?;
                }
                self.push(b"]");
            }
            Data::Map(map) => {
                self.push(b"map[");
                for (index, (key, item)) in map.snapshot().iter().enumerate() {
                    self.write(format_args!("{}{key}:", if index > 0 { " " } else { "" }));
                    self.value(item, depth + 1)?;
                }
                self.push(b"]");
            }
            Data::Host(host) => match host.display() {
                Some(text) => self.push(text.as_bytes()),
                None => self.host(&**host, depth)?,
            },
        }
        (self.allow)(self.bytes.len() - self.noted)?;
        self.noted = self.bytes.len();
        Ok(())
    }

    fn host(&mut self, host: &dyn crate::value::Host, depth: usize) -> Result<(), BudgetError> {
        let is_pointer = host.type_name().starts_with('*') && depth == 0;
        let (open, close): (&[u8], &[u8]) = match host.kind() {
            HostKind::Struct if is_pointer => (b"&{", b"}"),
            HostKind::Struct => (b"{", b"}"),
            HostKind::Map => (b"map[", b"]"),
            HostKind::List => (b"[", b"]"),
        };
        self.push(open);
        for (index, (key, item)) in host.entries().iter().enumerate() {
            if index > 0 {
                self.push(b" ");
            }
            if host.kind() == HostKind::Map {
                self.write(format_args!("{key}:"));
            }
            self.value(item, depth + 1)?;
        }
        self.push(close);
        Ok(())
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn write(&mut self, arguments: std::fmt::Arguments<'_>) {
        let mut text = String::new();
        let _ = text.write_fmt(arguments);
        self.push(text.as_bytes());
    }
}

/// A float as `%v` prints it: the shortest digits that mean it, with an exponent below 1e-4 and from 1e6.
pub(crate) fn float(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}
