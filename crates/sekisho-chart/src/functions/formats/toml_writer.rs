//! TOML, as the Go library `BurntSushi/toml` writes it: each table indented below its parent, plain keys
//! before tables.

use std::fmt::Write as _;

use smol_str::SmolStr;

use sekisho_go::characters::valid;
use sekisho_go::time::Moment;

use super::{MAX_NESTING, host_text, toml_reader};
use crate::call::Call;
use crate::error::{BudgetError, CallError};
use crate::functions::arguments::{kind_name, text, value};
use crate::functions::function::{Family, Function};
use crate::value::{Data, HostKind, Type, Value};

/// The table of the family.
pub(in crate::functions) const FAMILY: Family = &[
    Function::new("toToml", &[Type::Any], |call, args| match encode(call, value(args, 0)) {
        Ok(text) | Err(TomlError::Message(text)) => Ok(text.into()),
        Err(TomlError::Call(error)) => Err(error),
    }),
    Function::new("mustToToml", &[Type::Any], |call, args| match encode(call, value(args, 0)) {
        Ok(text) => Ok(text.into()),
        Err(TomlError::Message(message)) => Err(CallError::Message(message)),
        Err(TomlError::Call(error)) => Err(error),
    }),
    Function::new("fromToml", &[Type::String], |call, args| {
        Ok(toml_reader::read(call, text(args, 0))?.into())
    }),
];

/// Why a value cannot be written.
enum TomlError {
    /// What Helm yields as the text.
    Message(String),
    Call(CallError),
}

impl From<BudgetError> for TomlError {
    fn from(error: BudgetError) -> Self {
        Self::Call(error.into())
    }
}

/// How a value can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Not at all: nil.
    None,
    /// Behind a key.
    Value,
    /// Under a heading.
    Table,
    /// A list of tables, each under a heading.
    Tables,
}

fn encode(call: &mut Call<'_>, value: &Value) -> Result<String, TomlError> {
    if value.is_nil() {
        return Err(TomlError::Call(CallError::new("reflect: call of reflect.Value.Type on zero Value")));
    }
    if value.as_list().is_some_and(crate::value::List::is_nil) {
        return Ok("[]".to_owned());
    }
    let mut writer = Writer { call, out: String::new(), noted: 0 };
    writer.entry(&mut Vec::new(), value)?;
    Ok(writer.out)
}

/// The entries of a map, or the fields of a struct, that are not nil.
fn entries(value: &Value) -> Option<Vec<(SmolStr, Value)>> {
    let mut entries = match &value.data {
        Data::Map(map) => map.snapshot(),
        Data::Host(host) if host.kind() != HostKind::List => host.entries(),
        _ => return None,
    };
    entries.retain(|(_, item)| !is_nil(item));
    Some(entries)
}

/// The items of a list.
fn items(value: &Value) -> Option<Vec<Value>> {
    crate::functions::arguments::items(value)
}

fn is_nil(value: &Value) -> bool {
    match &value.data {
        Data::List(list) => list.is_nil(),
        Data::Map(map) => map.is_nil(),
        _ => value.is_nil(),
    }
}

struct Writer<'w, 'c> {
    call: &'w mut Call<'c>,
    out: String,
    noted: usize,
}

impl Writer<'_, '_> {
    /// Tells the budget of what was written.
    fn note(&mut self, depth: usize) -> Result<(), TomlError> {
        if depth > MAX_NESTING {
            return Err(BudgetError::Nesting { limit: MAX_NESTING }.into());
        }
        self.call.charge(1)?;
        self.call.allocate(self.out.len() - self.noted)?;
        self.noted = self.out.len();
        Ok(())
    }

    fn form(&mut self, value: &Value, depth: usize) -> Result<Form, TomlError> {
        self.note(depth)?;
        if is_nil(value) {
            return Ok(Form::None);
        }
        if host_text(value).is_some() {
            return Ok(Form::Value);
        }
        if entries(value).is_some() {
            return Ok(Form::Table);
        }
        let Some(items) = items(value).filter(|items| !items.is_empty()) else {
            return Ok(Form::Value);
        };
        let mut form = Form::Tables;
        for item in items {
            match self.form(&item, depth + 1)? {
                Form::None => {
                    return Err(TomlError::Message("toml: cannot encode array with nil element".to_owned()));
                }
                Form::Table => {}
                Form::Value | Form::Tables => form = Form::Value,
            }
        }
        Ok(form)
    }

    /// Writes what stands at a path of keys.
    fn entry(&mut self, path: &mut Vec<SmolStr>, value: &Value) -> Result<(), TomlError> {
        match self.form(value, path.len())? {
            Form::None => Ok(()),
            Form::Table => {
                if path.len() == 1 {
                    self.line();
                }
                if !path.is_empty() {
                    self.heading(path, ["[", "]"]);
                }
                self.table(path, value)
            }
            Form::Tables => {
                if path.is_empty() {
                    let message = "toml: top-level values must be Go maps or structs";
                    return Err(TomlError::Message(message.to_owned()));
                }
                for item in items(value).unwrap_or_default() {
                    self.line();
                    self.heading(path, ["[[", "]]"]);
                    self.table(path, &item)?;
                }
                Ok(())
            }
            Form::Value => {
                if let Some(key) = path.last() {
                    self.indent(path.len());
                    let key = written_key(key);
                    self.out.push_str(&key);
                    self.out.push_str(" = ");
                }
                self.inline(value, path.len())?;
                if !path.is_empty() {
                    self.line();
                }
                Ok(())
            }
        }
    }

    /// Ends a line, where anything was written.
    fn line(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    fn indent(&mut self, depth: usize) {
        self.out.extend(std::iter::repeat_n("  ", depth.saturating_sub(1)));
    }

    fn heading(&mut self, path: &[SmolStr], [open, close]: [&str; 2]) {
        self.indent(path.len());
        let keys: Vec<_> = path.iter().map(|key| written_key(key)).collect();
        // Writing to a `String` does not fail.
        let _ = writeln!(self.out, "{open}{}{close}", keys.join("."));
    }

    /// Writes the entries of a table, plain ones first.
    fn table(&mut self, path: &mut Vec<SmolStr>, value: &Value) -> Result<(), TomlError> {
        let (plain, tables) = self.parted(value, path.len())?;
        for (key, item) in plain.into_iter().chain(tables) {
            path.push(key);
            self.entry(path, &item)?;
            path.pop();
        }
        Ok(())
    }

    #[expect(clippy::type_complexity, reason = "two lists of entries")]
    fn parted(
        &mut self,
        value: &Value,
        depth: usize,
    ) -> Result<(Vec<(SmolStr, Value)>, Vec<(SmolStr, Value)>), TomlError> {
        let (mut plain, mut tables) = (Vec::new(), Vec::new());
        for (key, item) in entries(value).unwrap_or_default() {
            match self.form(&item, depth + 1)? {
                Form::None => {}
                Form::Value => plain.push((key, item)),
                Form::Table | Form::Tables => tables.push((key, item)),
            }
        }
        Ok((plain, tables))
    }

    /// Writes a value behind a key, or inside another one.
    fn inline(&mut self, value: &Value, depth: usize) -> Result<(), TomlError> {
        self.note(depth)?;
        if let Some(text) = host_text(value) {
            match value.as_host::<Moment>() {
                Some(_) => self.out.push_str(&text),
                None => self.quoted(&text),
            }
            return Ok(());
        }
        match &value.data {
            Data::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Data::Int(value, _) => drop(write!(self.out, "{value}")),
            Data::Uint(value, _) => drop(write!(self.out, "{value}")),
            Data::Float(value) => self.out.push_str(&float(*value)),
            Data::Text(text) => self.quoted(&valid(text.as_bytes())),
            _ => {
                if let Some(items) = items(value) {
                    self.out.push('[');
                    for (index, item) in items.iter().enumerate() {
                        if index > 0 {
                            self.out.push_str(", ");
                        }
                        self.inline(item, depth + 1)?;
                    }
                    self.out.push(']');
                } else if entries(value).is_some() {
                    self.out.push('{');
                    let (plain, tables) = self.parted(value, depth)?;
                    for (index, (key, item)) in plain.into_iter().chain(tables).enumerate() {
                        let comma = if index > 0 { ", " } else { "" };
                        let _ = write!(self.out, "{comma}{} = ", written_key(&key));
                        self.inline(&item, depth + 1)?;
                    }
                    self.out.push('}');
                } else {
                    return Err(TomlError::Message(format!("unexpected type: {}", kind_name(value))));
                }
            }
        }
        Ok(())
    }

    fn quoted(&mut self, text: &str) {
        self.out.push('"');
        for character in text.chars() {
            let escape = match character {
                '\t' => "\\t",
                '\n' => "\\n",
                '\r' => "\\r",
                '"' => "\\\"",
                '\\' => "\\\\",
                '\u{8}' => "\\b",
                '\u{c}' => "\\f",
                '\0'..' ' | '\u{7f}' => {
                    let _ = write!(self.out, "\\u{:04x}", u32::from(character));
                    continue;
                }
                _ => {
                    self.out.push(character);
                    continue;
                }
            };
            self.out.push_str(escape);
        }
        self.out.push('"');
    }
}

/// A float with a point or an exponent.
fn float(float: f64) -> String {
    if float.is_nan() {
        return "nan".to_owned();
    }
    if float.is_infinite() {
        return if float < 0.0 { "-inf" } else { "inf" }.to_owned();
    }
    let text = sekisho_manifest::float::yaml_text(float);
    if text.contains(['.', 'e']) { text } else { text + ".0" }
}

/// A key, in quotes where it needs them.
fn written_key(key: &str) -> String {
    let is_bare = !key.is_empty()
        && key.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_'));
    if is_bare {
        return key.to_owned();
    }
    let mut quoted = String::from('"');
    for character in key.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\u{8}' => quoted.push_str("\\b"),
            '\t' => quoted.push_str("\\t"),
            '\n' => quoted.push_str("\\n"),
            '\u{c}' => quoted.push_str("\\f"),
            '\r' => quoted.push_str("\\r"),
            '\0'..' ' | '\u{7f}' => drop(write!(quoted, "\\u{:04x}", u32::from(character))),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
