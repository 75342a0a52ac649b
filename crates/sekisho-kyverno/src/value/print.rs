//! Values as text: JSON as Go writes it, and Go's plain format of values in messages.

use std::fmt::Write;

use sekisho_manifest::float;
use smol_str::SmolStr;

use super::{Map, Value};

impl Value {
    /// The value as JSON in one line, as Go's encoder writes it: keys in order, `<`, `>` and `&` escaped.
    pub fn to_json(&self) -> String {
        let mut text = String::new();
        self.write_json(&mut text);
        text
    }

    /// Writes [`to_json`](Self::to_json) behind a text.
    pub fn write_json(&self, text: &mut String) {
        match self {
            Self::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
            Self::Int(value) => text.push_str(&value.to_string()),
            Self::Float(value) if value.is_finite() => text.push_str(&float::json_text(*value)),
            Self::Null | Self::Float(_) => text.push_str("null"),
            Self::String(value) => write_quoted(text, value),
            Self::List(items) => {
                text.push('[');
                for (place, item) in items.iter().enumerate() {
                    if place > 0 {
                        text.push(',');
                    }
                    item.write_json(text);
                }
                text.push(']');
            }
            Self::Map(map) => write_map(text, map),
        }
    }

    /// How many bytes [`to_json`](Self::to_json) has.
    pub(crate) fn json_length(&self) -> usize {
        match self {
            Self::List(items) => {
                items.iter().map(Self::json_length).sum::<usize>() + items.len().saturating_sub(1) + 2
            }
            Self::Map(map) => {
                let entry = |(key, value): (&SmolStr, &Self)| quoted_length(key) + 1 + value.json_length();
                map.iter().map(entry).sum::<usize>() + map.len().saturating_sub(1) + 2
            }
            Self::String(text) => quoted_length(text),
            plain => plain.to_json().len(),
        }
    }

    /// The value as Go's `%v` prints it: `map[a:1 b:[x y]]`, `<nil>`.
    pub fn to_plain(&self) -> String {
        let mut text = String::new();
        self.write_plain(&mut text);
        text
    }

    fn write_plain(&self, text: &mut String) {
        match self {
            Self::Null => text.push_str("<nil>"),
            Self::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
            Self::Int(value) => text.push_str(&value.to_string()),
            Self::Float(value) => text.push_str(&plain_float(*value)),
            Self::String(value) => text.push_str(value),
            Self::List(items) => {
                text.push('[');
                for (place, item) in items.iter().enumerate() {
                    if place > 0 {
                        text.push(' ');
                    }
                    item.write_plain(text);
                }
                text.push(']');
            }
            Self::Map(map) => {
                text.push_str("map[");
                for (place, (key, value)) in map.iter().enumerate() {
                    if place > 0 {
                        text.push(' ');
                    }
                    text.push_str(key);
                    text.push(':');
                    value.write_plain(text);
                }
                text.push(']');
            }
        }
    }
}

/// A float as Go's `%v` prints it.
pub(crate) fn plain_float(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    float::yaml_text(value)
}

fn write_map(text: &mut String, map: &Map) {
    text.push('{');
    for (place, (key, value)) in map.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        write_quoted(text, key);
        text.push(':');
        value.write_json(text);
    }
    text.push('}');
}

fn write_quoted(text: &mut String, value: &SmolStr) {
    text.push('"');
    for letter in value.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(text, "\\u{:04x}", u32::from(letter));
            }
            other => text.push(other),
        }
    }
    text.push('"');
}

fn quoted_length(text: &str) -> usize {
    let length = |letter: char| match letter {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => 6,
        other => other.len_utf8(),
    };
    text.chars().map(length).sum::<usize>() + 2
}
