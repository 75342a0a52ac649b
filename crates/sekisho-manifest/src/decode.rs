//! Bytes → text: UTF-8, or UTF-16 behind a byte order mark.

use std::borrow::Cow;

use crate::error::{LoadError, LoadErrorKind};
use crate::{SourceId, Span};

/// Decodes the bytes of a source. UTF-8 is borrowed as it stands, with its byte order mark if it has one;
/// UTF-16 needs a byte order mark, which is left out of the text.
///
/// The error's span counts in the bytes.
pub fn decode(source: SourceId, bytes: &[u8]) -> Result<Cow<'_, str>, LoadError> {
    let wrong = |message, start: usize, end: usize| {
        let offset = |at| u32::try_from(at).unwrap_or(u32::MAX);
        LoadError {
            kind: LoadErrorKind::Encoding(message),
            span: Span { source, start: offset(start), end: offset(end) },
            document: 0,
        }
    };
    let big_endian = match bytes {
        [0xFF, 0xFE, ..] => false,
        [0xFE, 0xFF, ..] => true,
        _ => {
            return match std::str::from_utf8(bytes) {
                Ok(text) => Ok(Cow::Borrowed(text)),
                Err(error) => {
                    let start = error.valid_up_to();
                    let message = if bytes.iter().take(64).any(|byte| *byte == 0) {
                        "the source is no UTF-8 text; save it as UTF-8"
                    } else {
                        "these bytes are no UTF-8; save the source as UTF-8"
                    };
                    Err(wrong(message, start, start + error.error_len().unwrap_or(bytes.len() - start)))
                }
            };
        }
    };
    let (pairs, rest) = bytes.get(2..).unwrap_or_default().as_chunks();
    if !rest.is_empty() {
        let end = bytes.len();
        return Err(wrong("the UTF-16 text ends in half a character; save it as UTF-8", end - 1, end));
    }
    let units = pairs
        .iter()
        .map(|pair| if big_endian { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) });
    let mut text = String::with_capacity(bytes.len());
    let mut at = 2;
    for character in char::decode_utf16(units) {
        match character {
            Ok(character) => {
                text.push(character);
                at += 2 * character.len_utf16();
            }
            Err(_) => {
                return Err(wrong(
                    "half of a UTF-16 pair stands alone here; save the text as UTF-8",
                    at,
                    at + 2,
                ));
            }
        }
    }
    Ok(Cow::Owned(text))
}
