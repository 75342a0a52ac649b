//! Values from and to JSON text, with the messages and the escapes of Go's `encoding/json`.

use std::borrow::Cow;
use std::fmt::Write as _;

use smol_str::SmolStr;

use super::bytes::byte_of;
use super::{MAX_DEPTH, Number, NumberError, Value};

/// Why a text is no JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// A character where it may not stand; the second part says what was looked for.
    #[error("invalid character {0} {1}")]
    Character(String, &'static str),
    /// The text ends within a value.
    #[error("unexpected EOF")]
    UnexpectedEnd,
    /// There is nothing but white space.
    #[error("EOF")]
    Empty,
    /// Arrays and objects lie too deep in each other.
    #[error("exceeded max depth")]
    TooDeep,
    /// Something stands behind the value.
    #[error("error: invalid character '{0}' after top-level value")]
    Trailing(String),
    /// A number that cannot be computed with.
    #[error(transparent)]
    Number(#[from] NumberError),
}

/// Reads a text that holds one JSON value.
///
/// # Errors
/// Where it holds none, or more than one.
pub fn read_json(text: &str) -> Result<Value, JsonError> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let value = reader.value("looking for beginning of value")?;
    reader.skip_space();
    if reader.at >= text.len() {
        return Ok(value);
    }
    Err(match reader.peek() {
        Some(b'[') => JsonError::Trailing("[".into()),
        Some(b'{') => JsonError::Trailing("{".into()),
        _ => match reader.value("looking for beginning of value") {
            Ok(Value::String(text)) => JsonError::Trailing(text.into()),
            Ok(Value::Null) => return Ok(value),
            Ok(other) => JsonError::Trailing(other.to_string()),
            Err(error) => error,
        },
    })
}

/// Whether a text is JSON; how large its numbers are does not matter.
pub(crate) fn is_json(text: &str) -> bool {
    matches!(read_json(text), Ok(_) | Err(JsonError::Number(_)))
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// The error of the byte here.
    fn unexpected(&self, context: &'static str) -> JsonError {
        match self.peek() {
            Some(byte) => JsonError::Character(quote_character(byte), context),
            None if self.text.trim_matches([' ', '\t', '\r', '\n']).is_empty() => JsonError::Empty,
            None => JsonError::UnexpectedEnd,
        }
    }

    fn value(&mut self, context: &'static str) -> Result<Value, JsonError> {
        self.skip_space();
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => Ok(Value::String(self.string()?)),
            Some(b'-' | b'0'..=b'9') => Ok(Value::Number(self.number()?)),
            Some(b't') => self.literal(Value::Bool(true), TRUE),
            Some(b'f') => self.literal(Value::Bool(false), FALSE),
            Some(b'n') => self.literal(Value::Null, NULL),
            _ => Err(self.unexpected(context)),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, JsonError>) -> Result<Value, JsonError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(JsonError::TooDeep);
        }
        self.at += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn array(&mut self) -> Result<Value, JsonError> {
        let mut items = Vec::new();
        self.skip_space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::array(items));
        }
        loop {
            items.push(self.value("looking for beginning of value")?);
            self.skip_space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Value::array(items));
                }
                _ => return Err(self.unexpected("after array element")),
            }
        }
    }

    fn object(&mut self) -> Result<Value, JsonError> {
        let mut entries = Vec::new();
        self.skip_space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::object(entries));
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("looking for beginning of object key string"));
            }
            let key = self.string()?;
            self.skip_space();
            if self.peek() != Some(b':') {
                return Err(self.unexpected("after object key"));
            }
            self.at += 1;
            let value = self.value("looking for beginning of value")?;
            entries.push((Value::String(key), value));
            self.skip_space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Value::object(entries));
                }
                _ => return Err(self.unexpected("after object key:value pair")),
            }
        }
    }

    fn literal(&mut self, value: Value, rest: &[(u8, &'static str)]) -> Result<Value, JsonError> {
        self.at += 1;
        for (byte, context) in rest {
            if self.peek() != Some(*byte) {
                return Err(self.unexpected(context));
            }
            self.at += 1;
        }
        Ok(value)
    }

    fn number(&mut self) -> Result<Number, JsonError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(self.unexpected("in numeric literal")),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.some_digits("after decimal point in numeric literal")?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.some_digits("in exponent of numeric literal")?;
        }
        Ok(Number::parse(self.text.get(start..self.at).unwrap_or(""))?)
    }

    fn digits(&mut self) {
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn some_digits(&mut self, context: &'static str) -> Result<(), JsonError> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.unexpected(context));
        }
        self.digits();
        Ok(())
    }

    /// Reads a string from its quote on.
    fn string(&mut self) -> Result<SmolStr, JsonError> {
        self.at += 1;
        let start = self.at;
        let bytes = self.text.as_bytes();
        let rest = bytes.get(start..).unwrap_or_default();
        let plain = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)).unwrap_or(rest.len());
        self.at += plain;
        let before = self.text.get(start..self.at).unwrap_or("");
        if self.peek() == Some(b'"') {
            self.at += 1;
            return Ok(before.into());
        }
        let mut text = String::from(before);
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text.into());
                }
                Some(b'\\') => {
                    self.at += 1;
                    text.push(self.escape()?);
                }
                Some(byte) if byte >= 0x20 => {
                    let rest = self.text.get(self.at..).unwrap_or("");
                    let end = rest.find(|c| matches!(c, '"' | '\\' | '\0'..'\u{20}')).unwrap_or(rest.len());
                    text.push_str(rest.get(..end).unwrap_or(""));
                    self.at += end;
                }
                _ => return Err(self.unexpected("in string literal")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let plain = match self.peek() {
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(byte @ (b'\\' | b'/' | b'"')) => char::from(byte),
            Some(b'u') => {
                self.at += 1;
                return self.unicode();
            }
            _ => return Err(self.unexpected("in string escape code")),
        };
        self.at += 1;
        Ok(plain)
    }

    /// Reads the digits behind `\u`, and those of a second half; half a pair alone is U+FFFD.
    fn unicode(&mut self) -> Result<char, JsonError> {
        let first = self.hexadecimal()?;
        if !(0xd800..0xdc00).contains(&first) {
            return Ok(char::from_u32(first).unwrap_or('\u{fffd}'));
        }
        let kept = self.at;
        if self.text.as_bytes().get(self.at..self.at + 2) == Some(b"\\u") {
            self.at += 2;
            let second = self.hexadecimal()?;
            if (0xdc00..0xe000).contains(&second) {
                let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or('\u{fffd}'));
            }
            self.at = kept;
        }
        Ok('\u{fffd}')
    }

    fn hexadecimal(&mut self) -> Result<u32, JsonError> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.unexpected("in \\u hexadecimal character escape"));
            };
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }
}

const TRUE: &[(u8, &str)] = &[
    (b'r', "in literal true (expecting 'r')"),
    (b'u', "in literal true (expecting 'u')"),
    (b'e', "in literal true (expecting 'e')"),
];
const FALSE: &[(u8, &str)] = &[
    (b'a', "in literal false (expecting 'a')"),
    (b'l', "in literal false (expecting 'l')"),
    (b's', "in literal false (expecting 's')"),
    (b'e', "in literal false (expecting 'e')"),
];
const NULL: &[(u8, &str)] = &[
    (b'u', "in literal null (expecting 'u')"),
    (b'l', "in literal null (expecting 'l')"),
    (b'l', "in literal null (expecting 'l')"),
];

/// A byte between single quotes, as Go's messages have it.
fn quote_character(byte: u8) -> String {
    match byte {
        b'\'' => "'\\''".to_owned(),
        b'"' => "'\"'".to_owned(),
        _ => {
            let quoted = super::quote(char::from(byte).encode_utf8(&mut [0; 4]));
            format!("'{}'", quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or(""))
        }
    }
}

/// A value as JSON without white space; none where that is longer than `most` bytes.
pub(crate) fn write_json(value: &Value, most: usize) -> Option<String> {
    let mut writer = Writer { out: String::new(), layout: None, most };
    writer.value(value, 0);
    writer.finish()
}

/// A value as JSON over several lines, each but the first begun with `prefix` and as often `indent` as it
/// lies deep; none where that is longer than `most` bytes.
pub(crate) fn write_json_indented(value: &Value, prefix: &str, indent: &str, most: usize) -> Option<String> {
    let mut writer = Writer { out: String::new(), layout: Some((prefix, indent)), most };
    writer.value(value, 0);
    writer.finish()
}

struct Writer<'l> {
    out: String,
    layout: Option<(&'l str, &'l str)>,
    /// Beyond so many bytes nothing more is written.
    most: usize,
}

impl Writer<'_> {
    fn finish(self) -> Option<String> {
        (self.out.len() <= self.most).then_some(self.out)
    }

    fn value(&mut self, value: &Value, depth: usize) {
        // Values may share their parts, so that the text is far longer than the value is large.
        if self.out.len() > self.most {
            return;
        }
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Value::Number(number) => {
                let _ = write!(self.out, "{number}");
            }
            Value::String(text) => push_string(&mut self.out, text),
            Value::Array(items) => self.items(items.iter(), depth),
            Value::Set(set) => self.items(set.iter(), depth),
            Value::Object(object) => {
                // Keys that are no strings are sorted by their text.
                let mut entries: Vec<_> =
                    object.entries().iter().map(|(key, value)| (key_text(key), value)).collect();
                if !entries.is_sorted_by(|one, two| one.0 < two.0) {
                    entries.sort_by(|one, two| one.0.cmp(&two.0));
                    entries.dedup_by(|later, kept| {
                        let is_same = later.0 == kept.0;
                        if is_same {
                            kept.1 = later.1;
                        }
                        is_same
                    });
                }
                self.out.push('{');
                for (index, (key, value)) in entries.iter().enumerate() {
                    self.begin_item(index, depth + 1);
                    push_string(&mut self.out, key);
                    self.out.push(':');
                    if self.layout.is_some() {
                        self.out.push(' ');
                    }
                    self.value(value, depth + 1);
                }
                self.end_items(entries.is_empty(), depth);
                self.out.push('}');
            }
        }
    }

    fn items<'v>(&mut self, items: impl ExactSizeIterator<Item = &'v Value>, depth: usize) {
        self.out.push('[');
        let is_empty = items.len() == 0;
        for (index, item) in items.enumerate() {
            self.begin_item(index, depth + 1);
            self.value(item, depth + 1);
        }
        self.end_items(is_empty, depth);
        self.out.push(']');
    }

    fn begin_item(&mut self, index: usize, depth: usize) {
        if index > 0 {
            self.out.push(',');
        }
        self.break_line(depth);
    }

    fn end_items(&mut self, is_empty: bool, depth: usize) {
        if !is_empty {
            self.break_line(depth);
        }
    }

    fn break_line(&mut self, depth: usize) {
        if let Some((prefix, indent)) = self.layout {
            self.out.push('\n');
            self.out.push_str(prefix);
            for _ in 0..depth {
                if self.out.len() > self.most {
                    return;
                }
                self.out.push_str(indent);
            }
        }
    }
}

/// A key as JSON has it: a string as it is, anything else as the text of its JSON.
pub(super) fn key_text(key: &Value) -> Cow<'_, str> {
    match key {
        Value::String(text) => clean(text),
        other => Cow::Owned(write_json(other, usize::MAX).unwrap_or_default()),
    }
}

/// A text with U+FFFD for every byte that belongs to no character.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().any(|character| byte_of(character).is_some()) {
        Cow::Owned(text.chars().map(|c| if byte_of(c).is_some() { '\u{fffd}' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Writes a string with the escapes that Go's JSON has, `<`, `>` and `&` among them.
fn push_string(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(needs_escape) {
        let (plain, behind) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(plain);
        let mut characters = behind.chars();
        if let Some(character) = characters.next() {
            let _ = match character {
                '"' => out.write_str("\\\""),
                '\\' => out.write_str("\\\\"),
                '\u{8}' => out.write_str("\\b"),
                '\u{c}' => out.write_str("\\f"),
                '\n' => out.write_str("\\n"),
                '\r' => out.write_str("\\r"),
                '\t' => out.write_str("\\t"),
                _ if byte_of(character).is_some() => out.write_str("\\ufffd"),
                _ => write!(out, "\\u{:04x}", u32::from(character)),
            };
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

fn needs_escape(character: char) -> bool {
    matches!(character, '\0'..'\u{20}' | '"' | '\\' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}')
        || byte_of(character).is_some()
}

impl Value {
    /// The value as JSON text without white space, as OPA's `json.marshal` writes it: sets as arrays, keys
    /// that are no strings as the text of their JSON.
    pub fn to_json(&self) -> String {
        write_json(self, usize::MAX).unwrap_or_default()
    }
}
