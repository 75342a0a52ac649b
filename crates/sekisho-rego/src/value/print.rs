//! Values as OPA prints terms: strings in Go's quotes, `set()` for the empty set.

use std::fmt::{self, Write};

use super::Value;
use super::bytes::bytes_of;

impl Value {
    /// The value as it prints; none where that is longer than `most` bytes.
    pub(crate) fn printed_within(&self, most: usize) -> Option<String> {
        let mut printed = Limited { text: String::new(), most };
        print(self, &mut printed).ok()?;
        Some(printed.text)
    }
}

/// The value as OPA prints terms.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print(self, f)
    }
}

/// Writes a value as OPA prints terms.
fn print(value: &Value, out: &mut impl Write) -> fmt::Result {
    match value {
        Value::Null => out.write_str("null"),
        Value::Bool(value) => out.write_str(if *value { "true" } else { "false" }),
        Value::Number(number) => write!(out, "{number}"),
        Value::String(text) => out.write_str(&quote(text)),
        Value::Array(items) => {
            out.write_char('[')?;
            separated(items.iter(), out)?;
            out.write_char(']')
        }
        Value::Object(object) => {
            out.write_char('{')?;
            for (index, (key, value)) in object.entries().iter().enumerate() {
                if index > 0 {
                    out.write_str(", ")?;
                }
                print(key, out)?;
                out.write_str(": ")?;
                print(value, out)?;
            }
            out.write_char('}')
        }
        Value::Set(set) if set.is_empty() => out.write_str("set()"),
        Value::Set(set) => {
            out.write_char('{')?;
            separated(set.iter(), out)?;
            out.write_char('}')
        }
    }
}

fn separated<'v>(values: impl Iterator<Item = &'v Value>, out: &mut impl Write) -> fmt::Result {
    for (index, value) in values.enumerate() {
        if index > 0 {
            out.write_str(", ")?;
        }
        print(value, out)?;
    }
    Ok(())
}

/// A text in double quotes, as Go writes it.
pub(crate) fn quote(text: &str) -> String {
    sekisho_go::quote::quote_bytes(&bytes_of(text), '"', false)
}

/// A text that grows up to a limit.
struct Limited {
    text: String,
    most: usize,
}

impl Write for Limited {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        if self.text.len().saturating_add(part.len()) > self.most {
            return Err(fmt::Error);
        }
        self.text.push_str(part);
        Ok(())
    }
}
