//! `html`, `js` and `urlquery`: texts made fit for where they will stand.

use std::fmt::Write as _;

use sekisho_go::quote::is_printable;

use super::format;
use crate::call::Call;
use crate::error::CallError;
use crate::value::{Text, Value};

/// The arguments, printed, with the signs of HTML escaped.
pub(crate) fn html(call: &mut Call<'_>, values: &[Value]) -> Result<Text, CallError> {
    let text = printed(call, values)?;
    let mut escaped = Vec::with_capacity(text.len());
    for byte in text.as_bytes() {
        match byte {
            0 => escaped.extend_from_slice("\u{fffd}".as_bytes()),
            b'"' => escaped.extend_from_slice(b"&#34;"),
            b'\'' => escaped.extend_from_slice(b"&#39;"),
            b'&' => escaped.extend_from_slice(b"&amp;"),
            b'<' => escaped.extend_from_slice(b"&lt;"),
            b'>' => escaped.extend_from_slice(b"&gt;"),
            byte => escaped.push(*byte),
        }
    }
    Ok(kept_or(text, escaped))
}

/// The arguments, printed, as they can stand in a text of JavaScript.
pub(crate) fn js(call: &mut Call<'_>, values: &[Value]) -> Result<Text, CallError> {
    let text = printed(call, values)?;
    let mut escaped = Vec::with_capacity(text.len());
    for chunk in text.as_bytes().utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\\' | '\'' | '"' => escaped.extend([b'\\', u8::try_from(character).unwrap_or(b'?')]),
                '<' | '>' | '&' | '=' | '\0'..' ' => push_code(&mut escaped, character),
                '\u{80}'.. if !is_printable(character) => push_code(&mut escaped, character),
                _ => escaped.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        escaped.extend_from_slice(chunk.invalid());
    }
    Ok(kept_or(text, escaped))
}

fn push_code(escaped: &mut Vec<u8>, character: char) {
    escaped.extend_from_slice(format!("\\u{:04X}", u32::from(character)).as_bytes());
}

/// The arguments, printed, as they can stand in the query of a URL.
pub(crate) fn url_query(call: &mut Call<'_>, values: &[Value]) -> Result<Text, CallError> {
    let text = printed(call, values)?;
    let mut escaped = String::with_capacity(text.len());
    for byte in text.as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(char::from(*byte));
            }
            b' ' => escaped.push('+'),
            byte => {
                let _ = write!(escaped, "%{byte:02X}");
            }
        }
    }
    Ok(kept_or(text, escaped.into_bytes()))
}

/// The arguments one after the other, as an action prints them.
fn printed(call: &mut Call<'_>, values: &[Value]) -> Result<Text, CallError> {
    let shown = |value: &Value| if value.is_nil() { "<no value>".into() } else { value.clone() };
    format::print(call, &values.iter().map(shown).collect::<Vec<_>>())
}

/// The text itself, with its origins, where escaping changed nothing.
fn kept_or(text: Text, escaped: Vec<u8>) -> Text {
    if escaped == text.as_bytes() { text } else { Text::from_bytes(escaped) }
}
