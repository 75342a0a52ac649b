//! Bytes that are no text, kept in strings.
//!
//! Strings of OPA are bytes; `base64.decode` may give any. Here a string is text, so a byte that belongs to no
//! character is kept as one of 128 characters of a private plane, and is that byte again for functions that
//! work on bytes (encodings, digests, signatures). Elsewhere it prints as U+FFFD, as JSON of OPA's has it.

use std::borrow::Cow;

use smol_str::SmolStr;

/// The character that stands for byte 0.
const FIRST: u32 = 0x10_FE00;

/// The string of bytes.
pub(crate) fn text_of_bytes(bytes: &[u8]) -> SmolStr {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.into();
    }
    let mut text = String::with_capacity(bytes.len() * 2);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().filter_map(|byte| char::from_u32(FIRST + u32::from(*byte))));
    }
    text.into()
}

/// The bytes of a string.
pub(crate) fn bytes_of(text: &str) -> Cow<'_, [u8]> {
    if !text.chars().any(|character| byte_of(character).is_some()) {
        return Cow::Borrowed(text.as_bytes());
    }
    let mut bytes = Vec::with_capacity(text.len());
    for character in text.chars() {
        match byte_of(character) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    Cow::Owned(bytes)
}

/// The byte that a character stands for.
pub(super) fn byte_of(character: char) -> Option<u8> {
    u32::from(character)
        .checked_sub(FIRST)
        .and_then(|byte| u8::try_from(byte).ok())
        .filter(|byte| *byte > 0x7f)
}
