//! Globs with delimiters: `*`, `**`, `?`, classes and alternatives.
//!
//! A glob is read into a regular expression, which matches in linear time. Messages and their offsets are those
//! of the library that OPA uses.

use std::fmt::Write as _;
use std::str::Chars;

use super::arguments::{string, value};
use super::builtin::{Builtin, Family};
use super::call::Call;
use super::error::BuiltinError;
use super::kept::Kind;
use super::regex::compile_glob;
use super::types::{STRINGS, Type};
use crate::value::Value;

use Type::{Boolean as B, String as S};

pub(super) const FAMILY: Family = &[
    Builtin::new("glob.match", &[S, Type::Either(&[Type::Null, STRINGS]), S], B, glob_match),
    Builtin::new("glob.quote_meta", &[S], S, |call, args| {
        let text = string(args, 0)?;
        call.allocate_text(text.len() * 2)?;
        let mut quoted = String::with_capacity(text.len() + 8);
        for character in text.chars() {
            if matches!(character, '*' | '?' | '\\' | '[' | ']' | '{' | '}') {
                quoted.push('\\');
            }
            quoted.push(character);
        }
        Ok(quoted.into())
    }),
];

fn glob_match(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let pattern = string(args, 0)?;
    let delimiters = delimiters(args)?;
    let text = string(args, 2)?;
    let mut key = String::with_capacity(pattern.len() + 4);
    key.push_str(pattern);
    key.push('\0');
    key.extend(&delimiters);
    let expression = if let Some(known) = call.kept.compiled(Kind::Glob, &key) {
        known
    } else {
        call.charge(8 + pattern.len())?;
        let translated = translate(pattern, &delimiters)?;
        compile_glob(call, &key, &translated)?
    };
    call.charge(1 + text.len() / 8)?;
    Ok(expression.regex.is_match(text).into())
}

/// The delimiters: none for null, a dot for an empty array.
fn delimiters(args: &[Value]) -> Result<Vec<char>, BuiltinError> {
    let given = value(args, 1);
    let items = match given {
        Value::Null => return Ok(Vec::new()),
        Value::Array(items) if items.is_empty() => return Ok(vec!['.']),
        Value::Array(items) => items,
        other => return Err(BuiltinError::operand_type(2, other, &["array", "null"])),
    };
    let mut delimiters = Vec::with_capacity(items.len());
    for item in items.iter() {
        let Some(text) = item.as_str() else {
            return Err(BuiltinError::operand_element(2, given, item, &["string"]));
        };
        let mut characters = text.chars();
        match (characters.next(), characters.next()) {
            (Some(one), None) => delimiters.push(one),
            _ => return Err(BuiltinError::operand_element(2, given, item, &["rune"])),
        }
    }
    Ok(delimiters)
}

struct Reader<'t> {
    whole: &'t str,
    rest: Chars<'t>,
    out: String,
    /// How many alternatives are open.
    level: usize,
}

/// Reads a glob and writes the regular expression for it.
fn translate(pattern: &str, delimiters: &[char]) -> Result<String, BuiltinError> {
    let mut wild = String::from(".");
    if !delimiters.is_empty() {
        wild = String::from("[^");
        for delimiter in delimiters {
            push_character(&mut wild, *delimiter);
        }
        wild.push(']');
    }
    let mut reader = Reader { whole: pattern, rest: pattern.chars(), out: String::from(r"(?s)\A"), level: 0 };
    while let Some(character) = reader.rest.next() {
        match character {
            '{' => {
                reader.level += 1;
                reader.out.push_str("(?:");
            }
            ',' if reader.level > 0 => reader.out.push('|'),
            '}' if reader.level > 0 => {
                reader.level -= 1;
                reader.out.push(')');
            }
            '[' => reader.class()?,
            '?' => reader.out.push_str(&wild),
            '*' if reader.rest.as_str().starts_with('*') => {
                reader.rest.next();
                reader.out.push_str(".*");
            }
            '*' => {
                reader.out.push_str(&wild);
                reader.out.push('*');
            }
            '\\' => match reader.rest.next() {
                Some(escaped) => push_literal(&mut reader.out, escaped),
                None => return Err(reader.wrong("trailing backslash")),
            },
            plain => push_literal(&mut reader.out, plain),
        }
    }
    if reader.level > 0 {
        return Err(reader.wrong("unclosed `{`"));
    }
    reader.out.push_str(r"\z");
    Ok(reader.out)
}

impl Reader<'_> {
    fn wrong(&self, reason: &str) -> BuiltinError {
        let offset = self.whole.len() - self.rest.as_str().len();
        BuiltinError::failed(format!("glob: syntax error at {offset}: {reason}"))
    }

    fn next(&mut self) -> Result<char, BuiltinError> {
        match self.rest.next() {
            Some(character) => Ok(character),
            None => Err(self.wrong("unexpected end of input")),
        }
    }

    /// Reads a class behind its bracket.
    fn class(&mut self) -> Result<(), BuiltinError> {
        let mut first = self.next()?;
        self.out.push('[');
        if first == '!' {
            self.out.push('^');
            first = self.next()?;
        }
        if self.rest.as_str().starts_with('-') {
            return self.range(first);
        }
        let mut count = 0;
        let mut character = Some(first);
        loop {
            match character {
                Some(']') => break,
                Some('\\') => match self.rest.next() {
                    Some(escaped) => push_character(&mut self.out, escaped),
                    None => return Err(self.wrong("trailing backslash")),
                },
                Some(plain) => push_character(&mut self.out, plain),
                None => return Err(self.wrong("unexpected end of input")),
            }
            count += 1;
            character = self.rest.next();
        }
        if count == 0 {
            return Err(self.wrong("could not parse range"));
        }
        self.out.push(']');
        Ok(())
    }

    fn range(&mut self, low: char) -> Result<(), BuiltinError> {
        self.rest.next();
        let high = self.next()?;
        if self.next()? != ']' {
            return Err(self.wrong("expected close range character"));
        }
        if high < low {
            return Err(self.wrong("range hi character is less than lo"));
        }
        push_character(&mut self.out, low);
        self.out.push('-');
        push_character(&mut self.out, high);
        self.out.push(']');
        Ok(())
    }
}

fn push_literal(out: &mut String, character: char) {
    out.push_str(&regex::escape(character.encode_utf8(&mut [0; 4])));
}

/// Writes a character of a class.
fn push_character(out: &mut String, character: char) {
    // Writing to a `String` does not fail.
    let _ = write!(out, "\\x{{{:x}}}", u32::from(character));
}
