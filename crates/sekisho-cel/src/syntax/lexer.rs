//! Text → tokens.

use smol_str::SmolStr;

use super::ast::Span;
use super::error::{Fault, ParseError};
use super::literal;
use crate::value::Value;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    /// A name or a word.
    Word(SmolStr),
    /// A name in backticks.
    Quoted(SmolStr),
    /// The digits of a whole number without sign, for the parser to put the sign before.
    Int(SmolStr),
    Literal(LiteralToken),
    /// An operator or a bracket.
    Sign(&'static str),
    End,
}

#[derive(Debug, Clone)]
pub(crate) struct LiteralToken(pub(crate) Value);

impl PartialEq for LiteralToken {
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

/// Longer signs before their beginnings.
const SIGNS: [&str; 24] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "?", ":", ".", ",", "(", ")", "[", "]", "{", "}", "+",
    "-", "*", "/", "%",
];

/// Cuts a text into tokens; the last is [`Token::End`].
pub(crate) fn tokens(source: &str) -> Result<Vec<(Token, Span)>, Fault> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = source.get(at..).filter(|rest| !rest.is_empty()) {
        let skipped = space(rest);
        if skipped > 0 {
            at += skipped;
            continue;
        }
        let (token, length) = token(rest).map_err(|(within, error)| {
            (Span::new(at + within.start as usize, at + within.end as usize), error)
        })?;
        found.push((token, Span::new(at, at + length)));
        at += length;
    }
    found.push((Token::End, Span::new(source.len(), source.len())));
    Ok(found)
}

/// The length of the space or the comment that a text begins with.
fn space(text: &str) -> usize {
    if text.starts_with("//") {
        return text.find(['\n', '\r']).unwrap_or(text.len());
    }
    text.bytes().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c)).count()
}

fn token(text: &str) -> Result<(Token, usize), Fault> {
    let bytes = text.as_bytes();
    let first = bytes.first().copied().unwrap_or(0);
    if let Some((value, length)) = literal::quoted(text)? {
        return Ok((Token::Literal(LiteralToken(value)), length));
    }
    if first.is_ascii_digit() || (first == b'.' && bytes.get(1).is_some_and(u8::is_ascii_digit)) {
        return number(text);
    }
    if first.is_ascii_alphabetic() || first == b'_' {
        let length = bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        return Ok((Token::Word(text.get(..length).unwrap_or("").into()), length));
    }
    if first == b'`' {
        let inner = text.get(1..).unwrap_or("");
        let end = inner.find('`').ok_or((Span::new(0, text.len()), ParseError::Unclosed("a backtick")))?;
        let name = inner.get(..end).unwrap_or("");
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || "_.-/ ".contains(letter);
        if let Some(other) = name.chars().find(|letter| !allowed(*letter)) {
            return Err((Span::new(0, end + 2), ParseError::Character(other)));
        }
        if name.is_empty() {
            return Err((Span::new(0, 2), ParseError::Character('`')));
        }
        return Ok((Token::Quoted(name.into()), end + 2));
    }
    if let Some(sign) = SIGNS.iter().find(|sign| text.starts_with(**sign)) {
        return Ok((Token::Sign(sign), sign.len()));
    }
    let other = text.chars().next().unwrap_or(' ');
    Err((Span::new(0, other.len_utf8()), ParseError::Character(other)))
}

fn number(text: &str) -> Result<(Token, usize), Fault> {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit()).count();
    let at = |index: usize| bytes.get(index).copied().unwrap_or(0);
    let wrong = |length: usize| {
        let shown = text.get(..length).unwrap_or(text).to_owned();
        (Span::new(0, length), ParseError::Number(shown))
    };
    if at(0) == b'0' && at(1) == b'x' && at(2).is_ascii_hexdigit() {
        let hex = bytes.iter().skip(2).take_while(|byte| byte.is_ascii_hexdigit()).count();
        let length = 2 + hex;
        if matches!(at(length), b'u' | b'U') {
            let value =
                u64::from_str_radix(text.get(2..length).unwrap_or(""), 16).map_err(|_| wrong(length + 1))?;
            return Ok((Token::Literal(LiteralToken(Value::UInt(value))), length + 1));
        }
        return Ok((Token::Int(text.get(..length).unwrap_or("").into()), length));
    }
    let mut length = digits(0);
    let mut floating = false;
    if at(length) == b'.' && at(length + 1).is_ascii_digit() {
        floating = true;
        length += 1 + digits(length + 1);
    }
    if matches!(at(length), b'e' | b'E') {
        let sign = usize::from(matches!(at(length + 1), b'+' | b'-'));
        let exponent = digits(length + 1 + sign);
        if exponent > 0 {
            floating = true;
            length += 1 + sign + exponent;
        }
    }
    let written = text.get(..length).unwrap_or("");
    if floating {
        let value: f64 = written.parse().map_err(|_| wrong(length))?;
        if !value.is_finite() {
            return Err(wrong(length));
        }
        return Ok((Token::Literal(LiteralToken(Value::Double(value))), length));
    }
    if matches!(at(length), b'u' | b'U') {
        let value = written.parse().map_err(|_| wrong(length + 1))?;
        return Ok((Token::Literal(LiteralToken(Value::UInt(value))), length + 1));
    }
    Ok((Token::Int(written.into()), length))
}
