//! Beginnings of digests: enough of them to tell files apart that bear the same path.

use data_encoding::HEXLOWER_PERMISSIVE;

/// The first eight bytes of a digest that is written in hexadecimal digits.
pub fn digest_beginning(digits: &str) -> Option<u64> {
    let bytes = HEXLOWER_PERMISSIVE.decode(digits.get(..16)?.as_bytes()).ok()?;
    bytes.first_chunk().map(|bytes| u64::from_be_bytes(*bytes))
}
