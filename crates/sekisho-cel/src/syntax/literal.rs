//! Quoted texts and bytes, raw and with escapes.

use std::sync::Arc;

use super::ast::Span;
use super::error::{Fault, ParseError};
use crate::value::Value;

/// Reads the quoted literal that a text begins with, and its length; none where there is none.
pub(crate) fn quoted(text: &str) -> Result<Option<(Value, usize)>, Fault> {
    let (mut raw, mut bytes, mut prefix) = (false, false, 0);
    for letter in text.bytes().take(2) {
        match letter {
            b'r' | b'R' if !raw => raw = true,
            b'b' | b'B' if !bytes => bytes = true,
            _ => break,
        }
        prefix += 1;
    }
    let body = text.get(prefix..).unwrap_or("");
    let Some(quote) = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| body.starts_with(quote)) else {
        return Ok(None);
    };
    let start = prefix + quote.len();
    let end =
        find_end(text, start, quote, raw).ok_or((Span::new(0, text.len()), ParseError::Unclosed(quote)))?;
    let content = text.get(start..end).unwrap_or("");
    let shift =
        |(span, error): Fault| (Span::new(start + span.start as usize, start + span.end as usize), error);
    let length = end + quote.len();
    let value = if bytes {
        let decoded =
            if raw { content.as_bytes().to_vec() } else { unescape(content, true).map_err(shift)? };
        Value::Bytes(Arc::from(decoded))
    } else if raw {
        Value::String(content.into())
    } else {
        let decoded = unescape(content, false).map_err(shift)?;
        Value::String(String::from_utf8_lossy(&decoded).as_ref().into())
    };
    Ok(Some((value, length)))
}

fn find_end(text: &str, start: usize, quote: &str, raw: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = start;
    while let Some(byte) = bytes.get(at) {
        if text.as_bytes().get(at..).is_some_and(|rest| rest.starts_with(quote.as_bytes())) {
            return Some(at);
        }
        match byte {
            b'\\' if !raw => at += 2,
            b'\n' | b'\r' if quote.len() == 1 => return None,
            _ => at += 1,
        }
    }
    None
}

/// Replaces the escapes of a text, which in bytes may name any byte and in text any code point.
fn unescape(text: &str, bytes: bool) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.extend_from_slice(before.as_bytes());
        let here = text.len() - escape.len();
        let wrong = |length: usize| {
            let end = (2..=length).rev().find(|end| escape.is_char_boundary(*end)).unwrap_or(escape.len());
            let shown = escape.get(..end).unwrap_or(escape).to_owned();
            (Span::new(here, here + shown.len()), ParseError::Escape(shown))
        };
        let kind = escape.as_bytes().get(1).copied().ok_or_else(|| wrong(1))?;
        let simple = match kind {
            b'a' => 0x07,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 0x0b,
            b'\\' | b'\'' | b'"' | b'`' | b'?' => kind,
            _ => 0,
        };
        if simple != 0 {
            out.push(simple);
            rest = escape.get(2..).unwrap_or("");
            continue;
        }
        let (from, digits, radix) = match kind {
            b'x' | b'X' => (2, 2, 16),
            b'u' if !bytes => (2, 4, 16),
            b'U' if !bytes => (2, 8, 16),
            b'0'..=b'3' => (1, 3, 8),
            _ => return Err(wrong(2)),
        };
        let written = escape.get(from..from + digits).ok_or_else(|| wrong(from + digits))?;
        let valid = written.bytes().all(|digit| char::from(digit).is_digit(radix));
        let code = u32::from_str_radix(written, radix).ok().filter(|_| valid);
        let code = code.ok_or_else(|| wrong(from + digits))?;
        if bytes {
            out.push(u8::try_from(code).map_err(|_| wrong(from + digits))?);
        } else {
            let letter = char::from_u32(code).ok_or_else(|| wrong(from + digits))?;
            out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        }
        rest = escape.get(from + digits..).unwrap_or("");
    }
    out.extend_from_slice(rest.as_bytes());
    Ok(out)
}
