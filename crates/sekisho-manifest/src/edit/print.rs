//! Values → text that reads back as exactly those values.

use std::fmt::Write as _;

use serde_json::Value;

use super::style::Style;
use crate::{Budget, SourceId, load_one};

/// How a text is quoted that could stand without quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Quotes {
    #[default]
    None,
    Single,
    Double,
}

/// Where a value is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    /// In block style: scalars and empty collections only.
    Block,
    /// Between the brackets of YAML.
    Flow,
    /// In JSON, or between brackets that are written like JSON.
    Json,
}

/// Prints a value on one line. A collection that is not empty needs a bracketed context.
pub(super) fn inline(value: &Value, context: Context, quotes: Quotes, style: &Style) -> String {
    let mut out = String::new();
    write_inline(&mut out, value, context, quotes, style);
    out
}

fn write_inline(out: &mut String, value: &Value, context: Context, quotes: Quotes, style: &Style) {
    let comma = if context != Context::Json || style.spaced { ", " } else { "," };
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::String(text) => write_text(out, text, context, quotes),
        Value::Array(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                out.push_str(if place > 0 { comma } else { "" });
                write_inline(out, item, context, quotes, style);
            }
            out.push(']');
        }
        Value::Object(entries) => {
            out.push('{');
            for (place, (key, value)) in entries.iter().enumerate() {
                out.push_str(if place > 0 { comma } else { "" });
                write_key(out, key, context, style);
                write_inline(out, value, context, quotes, style);
            }
            out.push('}');
        }
    }
}

/// Prints a key with its `:` and the space that belongs to it.
pub(super) fn key(text: &str, context: Context, style: &Style) -> String {
    let mut out = String::new();
    write_key(&mut out, text, context, style);
    out
}

fn write_key(out: &mut String, text: &str, context: Context, style: &Style) {
    write_text(out, text, context, Quotes::None);
    out.push_str(if context != Context::Json || style.spaced { ": " } else { ":" });
}

/// Prints a value of JSON on several lines; `indentation` is what stands before its first line.
pub(super) fn pretty(
    value: &Value,
    indentation: &str,
    unit: &str,
    line_break: &str,
    style: &Style,
) -> String {
    let mut out = String::new();
    write_pretty(&mut out, value, indentation, unit, line_break, style);
    out
}

fn write_pretty(
    out: &mut String,
    value: &Value,
    indentation: &str,
    unit: &str,
    line_break: &str,
    style: &Style,
) {
    let deeper = format!("{indentation}{unit}");
    let part = |out: &mut String, place: usize, key: Option<&String>, value: &Value| {
        out.push_str(if place > 0 { "," } else { "" });
        out.push_str(line_break);
        out.push_str(&deeper);
        if let Some(key) = key {
            write_key(out, key, Context::Json, style);
        }
        write_pretty(out, value, &deeper, unit, line_break, style);
    };
    let close = match value {
        Value::Array(items) if !items.is_empty() => {
            out.push('[');
            items.iter().enumerate().for_each(|(place, item)| part(out, place, None, item));
            ']'
        }
        Value::Object(entries) if !entries.is_empty() => {
            out.push('{');
            entries.iter().enumerate().for_each(|(place, (key, item))| part(out, place, Some(key), item));
            '}'
        }
        _ => return write_inline(out, value, Context::Json, Quotes::Double, style),
    };
    out.push_str(line_break);
    out.push_str(indentation);
    out.push(close);
}

/// Prints a value in block style, its first line without indentation, the others at this column.
pub(super) fn block(value: &Value, column: usize, line_break: &str, style: &Style) -> String {
    let mut out = String::new();
    write_block(&mut out, value, column, line_break, style);
    out
}

fn write_block(out: &mut String, value: &Value, column: usize, line_break: &str, style: &Style) {
    let next_line = |out: &mut String, column: usize| {
        out.push_str(line_break);
        out.extend(std::iter::repeat_n(' ', column));
    };
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            for (place, (key, value)) in entries.iter().enumerate() {
                if place > 0 {
                    next_line(out, column);
                }
                write_block_entry(out, key, value, column, line_break, style);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    next_line(out, column);
                }
                out.push_str("- ");
                write_block(out, item, column + 2, line_break, style);
            }
        }
        _ => write_inline(out, value, Context::Block, Quotes::None, style),
    }
}

/// Prints a key and its value in block style, the key at this column.
pub(super) fn block_entry(
    key: &str,
    value: &Value,
    column: usize,
    line_break: &str,
    style: &Style,
) -> String {
    let mut out = String::new();
    write_block_entry(&mut out, key, value, column, line_break, style);
    out
}

fn write_block_entry(
    out: &mut String,
    key: &str,
    value: &Value,
    column: usize,
    line_break: &str,
    style: &Style,
) {
    write_text(out, key, Context::Block, Quotes::None);
    out.push(':');
    if is_filled(value) {
        let column = child_column(value, column, style);
        out.push_str(line_break);
        out.extend(std::iter::repeat_n(' ', column));
        write_block(out, value, column, line_break, style);
    } else {
        out.push(' ');
        write_inline(out, value, Context::Block, Quotes::None, style);
    }
}

/// The column at which a collection stands under a key at this column.
pub(super) fn child_column(value: &Value, column: usize, style: &Style) -> usize {
    if value.is_array() && !style.indented_items { column } else { column + style.step }
}

/// Whether a value is a collection that holds something, so that block style needs lines for it.
pub(super) fn is_filled(value: &Value) -> bool {
    match value {
        Value::Array(items) => !items.is_empty(),
        Value::Object(entries) => !entries.is_empty(),
        _ => false,
    }
}

fn write_text(out: &mut String, text: &str, context: Context, quotes: Quotes) {
    if context == Context::Json {
        write_double(out, text);
    } else if quotes == Quotes::None && is_plain(text) {
        out.push_str(text);
    } else if quotes == Quotes::Single && !text.is_empty() && text.chars().all(is_printable) {
        out.push('\'');
        out.push_str(&text.replace('\'', "''"));
        out.push('\'');
    } else {
        write_double(out, text);
    }
}

/// Whether a text reads back as itself without quotes, in block style and between brackets, as a key and
/// as a value.
fn is_plain(text: &str) -> bool {
    let letters = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./:@+=%$~^&*!,;()<> ".contains(&byte))
    };
    let first =
        text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"/_.-".contains(&byte));
    if !first
        || !letters(text)
        || text.len() > 256
        || text.ends_with([' ', ':'])
        || text.contains(": ")
        || text.contains(',')
        || text.starts_with("- ")
        || text.starts_with("---")
        || text.starts_with("...")
    {
        return false;
    }
    // What is left may still be a number, a truth value or a date: the reader decides.
    let loaded = load_one(SourceId(0), text, &Budget::default());
    matches!(&loaded.documents[..], [document] if document.root.as_str() == Some(text))
}

/// Whether a character may stand for itself in quotes, in YAML and in JSON.
fn is_printable(character: char) -> bool {
    !matches!(character,
        '\0'..=' ' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
        || character == ' '
}

/// Writes a text in double quotes, with the escapes that YAML and JSON share.
fn write_double(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            character if is_printable(character) => out.push(character),
            character => {
                // Writing to a text cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
        }
    }
    out.push('"');
}
