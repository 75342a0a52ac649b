//! Values in the Distinguished Encoding Rules (ITU-T X.690), as far as certificates and signatures need them.

use std::fmt::Write as _;

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const OCTETS: u8 = 0x04;
pub(crate) const OBJECT: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// Values one behind the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Der<'b> {
    rest: &'b [u8],
}

/// The tag of a value, its body, and the body with what stands before it.
struct Parts<'b> {
    tag: u8,
    body: &'b [u8],
    whole: &'b [u8],
}

impl<'b> Der<'b> {
    pub(crate) fn of(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    fn peek(&self) -> Option<Parts<'b>> {
        let [tag, length, ..] = self.rest else { return None };
        let (start, length) = if *length < 0x80 {
            (2, usize::from(*length))
        } else {
            let digits = self.rest.get(2..2 + usize::from(length & 0x7f))?;
            if digits.is_empty() || digits.len() > 4 {
                return None;
            }
            let length = digits.iter().fold(0_u64, |length, digit| length << 8 | u64::from(*digit));
            (2 + digits.len(), usize::try_from(length).ok()?)
        };
        let body = self.rest.get(start..)?.get(..length)?;
        Some(Parts { tag: *tag, body, whole: self.rest.get(..start + length)? })
    }

    fn pass(&mut self, tag: Option<u8>) -> Option<Parts<'b>> {
        let parts = self.peek().filter(|parts| tag.is_none_or(|tag| tag == parts.tag))?;
        self.rest = self.rest.get(parts.whole.len()..)?;
        Some(parts)
    }

    /// The body of the next value if it has this tag, which is passed then.
    pub(crate) fn body(&mut self, tag: u8) -> Option<&'b [u8]> {
        self.pass(Some(tag)).map(|parts| parts.body)
    }

    /// The next value with its tag and length.
    pub(crate) fn whole(&mut self, tag: u8) -> Option<&'b [u8]> {
        self.pass(Some(tag)).map(|parts| parts.whole)
    }

    /// The values in the next one.
    pub(crate) fn enter(&mut self, tag: u8) -> Option<Self> {
        self.body(tag).map(Self::of)
    }

    /// The next value with its tag and length, whatever it is.
    pub(crate) fn any(&mut self) -> Option<&'b [u8]> {
        self.pass(None).map(|parts| parts.whole)
    }

    /// The tag and body of the next value.
    pub(crate) fn tagged(&mut self) -> Option<(u8, &'b [u8])> {
        self.pass(None).map(|parts| (parts.tag, parts.body))
    }
}

/// An identifier with dots between its numbers.
pub(crate) fn dotted(body: &[u8]) -> String {
    let mut text = String::new();
    let mut number = 0_u64;
    for byte in body {
        number = number.wrapping_shl(7) | u64::from(byte & 0x7f);
        if byte & 0x80 != 0 {
            continue;
        }
        if text.is_empty() {
            let first = (number / 40).min(2);
            let _ = write!(text, "{first}.{}", number - 40 * first);
        } else {
            let _ = write!(text, ".{number}");
        }
        number = 0;
    }
    text
}
