//! JSON, as Go's `encoding/json` writes it.

use std::fmt::Write as _;

use sekisho_manifest::float;
use smol_str::SmolStr;

use sekisho_go::base64::base64_encode;

use super::json_reader::{self, JsonError};
use super::{MAX_NESTING, host_text};
use crate::call::Call;
use crate::error::{BudgetError, CallError};
use crate::functions::arguments::{text, value};
use crate::functions::{Body, Family, Function};
use crate::value::{Data, HostKind, List, Map, Type, Value};

/// The table of the family.
pub(in crate::functions) const FAMILY: Family = &[
    Function::new("toJson", ANY, |call, args| or_empty(encode(call, value(args, 0), PLAIN))),
    Function::new("mustToJson", ANY, |call, args| or_error(encode(call, value(args, 0), PLAIN))),
    Function::new("toPrettyJson", ANY, |call, args| or_empty(encode(call, value(args, 0), PRETTY))),
    Function::new("mustToPrettyJson", ANY, |call, args| or_error(encode(call, value(args, 0), PRETTY))),
    Function::new("toRawJson", ANY, RAW_JSON),
    Function::new("mustToRawJson", ANY, RAW_JSON),
    Function::new("fromJson", TEXT, |call, args| {
        let (read, error) = json_reader::read(call, text(args, 0).as_bytes())?;
        let map = match (read.data, error) {
            (Data::Nil, None) => Map::nil(Type::MAP),
            (Data::Map(map), error) => {
                note(&map, error)?;
                map
            }
            (data, error) => {
                let map = Map::new();
                note(&map, Some(wrong(&data, error, Type::MAP)))?;
                map
            }
        };
        Ok(map.into())
    }),
    Function::new("fromJsonArray", TEXT, |call, args| {
        let (read, error) = json_reader::read(call, text(args, 0).as_bytes())?;
        let error = match (read.data, error) {
            (Data::Nil, None) => return Ok(List::nil(&Type::Any).into()),
            (Data::List(list), None) => return Ok(list.into()),
            (Data::List(_), Some(error)) => error,
            (data, error) => wrong(&data, error, Type::LIST),
        };
        Ok(List::new(vec![error.to_string().into()]).into())
    }),
    Function::new("mustFromJson", TEXT, |call, args| {
        match json_reader::read(call, text(args, 0).as_bytes())? {
            (read, None) => Ok(read),
            (_, Some(error)) => Err(CallError::Message(error.to_string())),
        }
    }),
];

const ANY: &[Type] = &[Type::Any];
const TEXT: &[Type] = &[Type::String];

const PLAIN: Style = Style { escapes_html: true, indents: false };
const PRETTY: Style = Style { escapes_html: true, indents: true };

const RAW_JSON: Body =
    |call, args| or_error(encode(call, value(args, 0), Style { escapes_html: false, indents: false }));

/// What is wrong with what was read where a value of a type is wanted, and this is none.
fn wrong(data: &Data, error: Option<JsonError>, wanted: Type) -> JsonError {
    match error {
        Some(error) if error.is_syntax() => error,
        _ => json_reader::mismatch(data, wanted),
    }
}

/// Puts what went wrong into a map, as Helm does.
fn note(map: &Map, error: Option<JsonError>) -> Result<(), CallError> {
    match error {
        Some(error) => Ok(map.set(SmolStr::new_static("Error"), error.to_string().into())?),
        None => Ok(()),
    }
}

/// How JSON is written.
#[derive(Debug, Clone, Copy)]
struct Style {
    /// Whether `<`, `>` and `&` are escaped.
    escapes_html: bool,
    /// Whether each member has a line of its own.
    indents: bool,
}

/// Why a value cannot be written.
pub(super) enum EncodeError {
    /// JSON does not have it.
    Unsupported(String),
    Budget(BudgetError),
}

impl From<BudgetError> for EncodeError {
    fn from(error: BudgetError) -> Self {
        Self::Budget(error)
    }
}

/// The text, or an empty one where there is none.
fn or_empty(encoded: Result<String, EncodeError>) -> Result<Value, CallError> {
    match encoded {
        Ok(text) => Ok(text.into()),
        Err(EncodeError::Unsupported(_)) => Ok("".into()),
        Err(EncodeError::Budget(error)) => Err(error.into()),
    }
}

fn or_error(encoded: Result<String, EncodeError>) -> Result<Value, CallError> {
    match encoded {
        Ok(text) => Ok(text.into()),
        Err(EncodeError::Unsupported(message)) => Err(CallError::Message(message)),
        Err(EncodeError::Budget(error)) => Err(error.into()),
    }
}

fn encode(call: &mut Call<'_>, value: &Value, style: Style) -> Result<String, EncodeError> {
    let mut writer = Writer { call, style, out: String::new(), noted: 0 };
    writer.value(value, 0)?;
    Ok(writer.out)
}

/// What Go says of a float that JSON does not have.
fn unsupported_float(float: f64) -> EncodeError {
    EncodeError::Unsupported(format!(
        "json: unsupported value: {}",
        crate::operation::format::show(&float.into())
    ))
}

struct Writer<'w, 'c> {
    call: &'w mut Call<'c>,
    style: Style,
    out: String,
    /// How many of the bytes the budget knows of.
    noted: usize,
}

impl Writer<'_, '_> {
    fn value(&mut self, value: &Value, depth: usize) -> Result<(), EncodeError> {
        if depth > MAX_NESTING {
            return Err(BudgetError::Nesting { limit: MAX_NESTING }.into());
        }
        match &value.data {
            Data::Absent | Data::Nil => self.out.push_str("null"),
            Data::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            // Writing to a `String` does not fail.
            Data::Int(value, _) => drop(write!(self.out, "{value}")),
            Data::Uint(value, _) => drop(write!(self.out, "{value}")),
            Data::Float(value) if !value.is_finite() => return Err(unsupported_float(*value)),
            Data::Float(value) => self.out.push_str(&float::json_text(*value)),
            Data::Text(text) => self.text(text.as_bytes()),
            Data::Bytes(bytes) => self.text(base64_encode(bytes).as_bytes()),
            Data::List(list) if list.is_nil() => self.out.push_str("null"),
            Data::List(list) => {
                let items = list.items().iter().map(|item| (None, item));
                self.members(['[', ']'], items, depth)?;
            }
            Data::Map(map) if map.is_nil() => self.out.push_str("null"),
            Data::Map(map) => {
                let entries = map.snapshot();
                let entries = entries.iter().map(|(key, item)| (Some(key), item));
                self.members(['{', '}'], entries, depth)?;
            }
            Data::Host(host) => {
                if let Some(text) = host_text(value) {
                    self.text(text.as_bytes());
                } else {
                    let is_list = host.kind() == HostKind::List;
                    let entries = host.entries();
                    let entries = entries.iter().map(|(key, item)| ((!is_list).then_some(key), item));
                    self.members(if is_list { ['[', ']'] } else { ['{', '}'] }, entries, depth)?;
                }
            }
        }
        self.call.allocate(self.out.len() - self.noted)?;
        self.noted = self.out.len();
        Ok(())
    }

    fn members<'v>(
        &mut self,
        [open, close]: [char; 2],
        members: impl Iterator<Item = (Option<&'v SmolStr>, &'v Value)>,
        depth: usize,
    ) -> Result<(), EncodeError> {
        self.call.charge(1)?;
        self.out.push(open);
        let mut is_empty = true;
        for (key, item) in members {
            if !std::mem::replace(&mut is_empty, false) {
                self.out.push(',');
            }
            self.line(depth + 1);
            if let Some(key) = key {
                self.text(key.as_bytes());
                self.out.push_str(if self.style.indents { ": " } else { ":" });
            }
            self.value(item, depth + 1)?;
        }
        if !is_empty {
            self.line(depth);
        }
        self.out.push(close);
        Ok(())
    }

    /// Begins a line, where members have lines of their own.
    fn line(&mut self, depth: usize) {
        if self.style.indents {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", depth));
        }
    }

    fn text(&mut self, bytes: &[u8]) {
        self.out.push('"');
        for chunk in bytes.utf8_chunks() {
            for character in chunk.valid().chars() {
                self.character(character);
            }
            self.out.extend(std::iter::repeat_n("\\ufffd", chunk.invalid().len()));
        }
        self.out.push('"');
    }

    fn character(&mut self, character: char) {
        let escape = match character {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\u{8}' => "\\b",
            '\u{c}' => "\\f",
            '\0'..' ' | '\u{2028}' | '\u{2029}' => return self.code(character),
            '<' | '>' | '&' if self.style.escapes_html => return self.code(character),
            _ => return self.out.push(character),
        };
        self.out.push_str(escape);
    }

    fn code(&mut self, character: char) {
        let _ = write!(self.out, "\\u{:04x}", u32::from(character));
    }
}
