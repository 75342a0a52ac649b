//! Bytes → text: UTF-8, and UTF-16 where a mark says so.

use std::borrow::Cow;

use crate::budget::{Budget, SbomError};

/// The text of bytes, without its mark.
pub(crate) fn text<'b>(bytes: &'b [u8], budget: &Budget) -> Result<Cow<'b, str>, SbomError> {
    if bytes.len() > budget.bytes {
        return Err(SbomError::Limit { what: "bytes", limit: budget.bytes });
    }
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes).map(Cow::Owned),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes).map(Cow::Owned),
        [0xef, 0xbb, 0xbf, rest @ ..] => narrow(rest),
        bytes => narrow(bytes),
    }
}

fn narrow(bytes: &[u8]) -> Result<Cow<'_, str>, SbomError> {
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| SbomError::NoText)
}

fn wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, SbomError> {
    let (units, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(SbomError::NoText);
    }
    char::decode_utf16(units.iter().map(|pair| unit(*pair)))
        .collect::<Result<_, _>>()
        .map_err(|_| SbomError::NoText)
}
