//! JSON, as Go's `encoding/json` reads it, with its messages.

use smol_str::SmolStr;

use sekisho_go::characters::valid;
use sekisho_go::quote;

use crate::call::Call;
use crate::error::BudgetError;
use crate::value::{Data, List, Map, Text, Type, Value};

/// How deep Go reads.
const MAX_NESTING: usize = 10_000;

/// Why a text is no JSON, or not the value that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum JsonError {
    #[error("unexpected end of JSON input")]
    End,
    #[error("invalid character {} {context}", quoted(*.byte))]
    Character { byte: u8, context: String },
    #[error("json: cannot unmarshal {what} into Go value of type {into}")]
    Type { what: String, into: String },
}

impl JsonError {
    /// Whether the text is no JSON.
    pub(super) fn is_syntax(&self) -> bool {
        !matches!(self, Self::Type { .. })
    }
}

/// Why reading ends.
enum Stop {
    Syntax(JsonError),
    Budget(BudgetError),
}

impl From<BudgetError> for Stop {
    fn from(error: BudgetError) -> Self {
        Self::Budget(error)
    }
}

/// A byte as Go's message shows it.
fn quoted(byte: u8) -> String {
    match byte {
        b'\'' => r"'\''".to_owned(),
        b'"' => "'\"'".to_owned(),
        _ => {
            let text = quote::quote(&char::from(byte).to_string());
            format!("'{}'", text.get(1..text.len() - 1).unwrap_or(""))
        }
    }
}

/// What Go says where a value is read that is not of a type.
pub(super) fn mismatch(data: &Data, into: Type) -> JsonError {
    let what = match data {
        Data::Bool(_) => "bool",
        Data::Text(_) => "string",
        Data::List(_) => "array",
        Data::Map(_) => "object",
        _ => "number",
    };
    JsonError::Type { what: what.to_owned(), into: into.to_string() }
}

/// Reads a text; numbers that are out of range become nil and are told of behind the value.
pub(super) fn read(call: &mut Call<'_>, bytes: &[u8]) -> Result<(Value, Option<JsonError>), BudgetError> {
    call.charge(bytes.len() as u64 / 16)?;
    let mut reader = Reader { call, bytes, at: 0, error: None };
    match reader.document() {
        Ok(value) => Ok((value, reader.error)),
        Err(Stop::Syntax(error)) => Ok((Value::NIL, Some(error))),
        Err(Stop::Budget(error)) => Err(error),
    }
}

struct Reader<'r, 'c> {
    call: &'r mut Call<'c>,
    bytes: &'r [u8],
    at: usize,
    /// The first number that was out of range.
    error: Option<JsonError>,
}

impl Reader<'_, '_> {
    fn document(&mut self) -> Result<Value, Stop> {
        let value = self.value(0)?;
        self.skip_spaces();
        match self.peek() {
            None => Ok(value),
            Some(_) => Err(self.unexpected("after top-level value")),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_spaces(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// The error of the byte that comes next inside a literal, a number or an escape; Go takes the end for a
    /// space there.
    fn unexpected_inside(&self, context: &str) -> Stop {
        let byte = self.peek().unwrap_or(b' ');
        Stop::Syntax(JsonError::Character { byte, context: context.to_owned() })
    }

    /// The error of the byte that comes next.
    fn unexpected(&self, context: &str) -> Stop {
        Stop::Syntax(match self.peek() {
            Some(byte) => JsonError::Character { byte, context: context.to_owned() },
            None => JsonError::End,
        })
    }

    fn value(&mut self, depth: usize) -> Result<Value, Stop> {
        self.skip_spaces();
        match self.peek() {
            Some(b'{' | b'[') if depth >= MAX_NESTING => Err(self.unexpected("exceeded max depth")),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Ok(Text::from(self.string()?).into()),
            Some(b't') => self.literal("true", true.into()),
            Some(b'f') => self.literal("false", false.into()),
            Some(b'n') => self.literal("null", Value::NIL),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.unexpected("looking for beginning of value")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, Stop> {
        self.at += 1;
        self.call.allocate(Map::footprint(1))?;
        let map = Map::new();
        self.skip_spaces();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(map.into());
        }
        loop {
            self.skip_spaces();
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("looking for beginning of object key string"));
            }
            let key = SmolStr::from(self.string()?);
            self.skip_spaces();
            if self.peek() != Some(b':') {
                return Err(self.unexpected("after object key"));
            }
            self.at += 1;
            let value = self.value(depth + 1)?;
            self.call.allocate(size_of::<Value>() + key.len())?;
            // The map is no nil one.
            let _ = map.set(key, value);
            self.skip_spaces();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(map.into());
                }
                _ => return Err(self.unexpected("after object key:value pair")),
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, Stop> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_spaces();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(List::new(items).into());
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.call.allocate(size_of::<Value>())?;
            self.skip_spaces();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(List::new(items).into());
                }
                _ => return Err(self.unexpected("after array element")),
            }
        }
    }

    fn literal(&mut self, name: &str, value: Value) -> Result<Value, Stop> {
        for letter in name.bytes() {
            if self.peek() != Some(letter) {
                let letter = char::from(letter);
                return Err(self.unexpected_inside(&format!("in literal {name} (expecting '{letter}')")));
            }
            self.at += 1;
        }
        Ok(value)
    }

    fn digits(&mut self, context: &str) -> Result<(), Stop> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.unexpected_inside(context));
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Value, Stop> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits("in numeric literal")?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits("after decimal point in numeric literal")?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits("in exponent of numeric literal")?;
        }
        let written = self.bytes.get(start..self.at).unwrap_or_default();
        let written = std::str::from_utf8(written).unwrap_or("");
        match written.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number.into()),
            _ => {
                let what = format!("number {written}");
                self.error.get_or_insert(JsonError::Type { what, into: Type::Float64.to_string() });
                Ok(Value::NIL)
            }
        }
    }

    fn string(&mut self) -> Result<String, Stop> {
        self.at += 1;
        let mut read = Vec::new();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    self.call.allocate(read.len())?;
                    return Ok(match String::from_utf8(read) {
                        Ok(text) => text,
                        Err(error) => valid(error.as_bytes()),
                    });
                }
                Some(b'\\') => {
                    self.at += 1;
                    let character = self.escape()?;
                    read.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                Some(byte) if byte >= b' ' => {
                    read.push(byte);
                    self.at += 1;
                }
                _ => return Err(self.unexpected("in string literal")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Stop> {
        let character = match self.peek() {
            Some(b'u') => {
                self.at += 1;
                return self.unicode();
            }
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(byte @ (b'\\' | b'/' | b'"')) => char::from(byte),
            _ => return Err(self.unexpected_inside("in string escape code")),
        };
        self.at += 1;
        Ok(character)
    }

    /// Reads the digits behind `\u`, and of a pair of halves the second one too. A half alone is U+FFFD.
    fn unicode(&mut self) -> Result<char, Stop> {
        let first = self.code()?;
        if !(0xD800..0xDC00).contains(&first) {
            return Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let before = self.at;
        if self.bytes.get(before..).is_some_and(|rest| rest.starts_with(b"\\u")) {
            self.at += 2;
            let second = self.code()?;
            if (0xDC00..0xE000).contains(&second) {
                let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = before;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn code(&mut self) -> Result<u32, Stop> {
        let mut code = 0;
        for _ in 0..4 {
            let Some(digit) = self.peek().and_then(|byte| char::from(byte).to_digit(16)) else {
                return Err(self.unexpected_inside("in \\u hexadecimal character escape"));
            };
            code = code << 4 | digit;
            self.at += 1;
        }
        Ok(code)
    }
}
