//! Names of documents and elements that are made of their content: the same bill gets the same names.

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

/// The serial number of a document with this content.
pub fn serial_number(content: &str) -> String {
    format!("urn:uuid:{}", uuid(content))
}

/// A UUID of a text: version 8 of RFC 9562, made as its maker likes.
pub(crate) fn uuid(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    let number = hash.iter().take(16).fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let number = number & !(0xf << 76 | 0x3 << 62) | 0x8 << 76 | 0x2 << 62;
    let digits = format!("{number:032x}");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default().to_owned();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

/// Sixteen digits that tell texts apart.
pub(crate) fn short(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    HEXLOWER.encode(hash.get(..8).unwrap_or_default())
}

/// A text as part of an identifier: letters, digits, `.` and `-`, at most sixty of them.
pub(crate) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for character in text.chars().take(60) {
        if character.is_ascii_alphanumeric() || character == '.' {
            slug.push(character);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_matches('-').to_owned()
}
