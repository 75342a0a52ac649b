//! DER: tags, lengths and contents, read and written.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The tags that keys, certificates and timestamps use.
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const OID: u8 = 0x06;
    pub(crate) const UTF8: u8 = 0x0c;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;

    /// A tag that holds others and means what its place says.
    pub(crate) const fn context(number: u8) -> u8 {
        0xa0 | number
    }

    /// A tag with a plain content that means what its place says.
    pub(crate) const fn plain(number: u8) -> u8 {
        0x80 | number
    }
}

/// A text that is no DER, or says something else than its place asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no {0} where one must be")]
pub struct DerError(pub(crate) &'static str);

/// A tag with its content.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element<'b> {
    pub(crate) tag: u8,
    pub(crate) content: &'b [u8],
    /// Tag, length and content.
    pub(crate) raw: &'b [u8],
}

/// Elements one behind the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tag of what comes next.
    pub(crate) fn tag(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// The next element. A length must be written in the one way that DER has for it.
    fn element(&mut self) -> Option<Element<'b>> {
        let (tag, rest) = self.0.split_first()?;
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (first, rest) = rest.split_first()?;
        let (length, rest) = if *first < 0x80 {
            (usize::from(*first), rest)
        } else {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            if digits.len() > 4 || *digits.first()? == 0 {
                return None;
            }
            let length = digits.iter().fold(0_usize, |sum, digit| (sum << 8) | usize::from(*digit));
            if length < 0x80 {
                return None;
            }
            (length, rest)
        };
        let (content, behind) = rest.split_at_checked(length)?;
        let raw = self.0.get(..self.0.len().checked_sub(behind.len())?)?;
        self.0 = behind;
        Some(Element { tag: *tag, content, raw })
    }

    /// The next element, whatever it is.
    pub(crate) fn any(&mut self, what: &'static str) -> Result<Element<'b>, DerError> {
        self.element().ok_or(DerError(what))
    }

    /// The next element, which must have this tag.
    pub(crate) fn take(&mut self, tag: u8, what: &'static str) -> Result<Element<'b>, DerError> {
        self.maybe(tag, what)?.ok_or(DerError(what))
    }

    /// The next element where it has this tag.
    pub(crate) fn maybe(&mut self, tag: u8, what: &'static str) -> Result<Option<Element<'b>>, DerError> {
        if self.tag() == Some(tag) { self.any(what).map(Some) } else { Ok(None) }
    }

    /// The content of a sequence.
    pub(crate) fn sequence(&mut self, what: &'static str) -> Result<Reader<'b>, DerError> {
        Ok(self.take(tag::SEQUENCE, what)?.reader())
    }

    /// Nothing may follow.
    pub(crate) fn end(&self, what: &'static str) -> Result<(), DerError> {
        if self.is_empty() { Ok(()) } else { Err(DerError(what)) }
    }
}

impl<'b> Element<'b> {
    pub(crate) fn reader(&self) -> Reader<'b> {
        Reader(self.content)
    }

    /// The bytes of a bit string whose last byte is used whole.
    pub(crate) fn bits(&self) -> Result<&'b [u8], DerError> {
        match self.content.split_first() {
            Some((0, bits)) => Ok(bits),
            _ => Err(DerError("string of whole bytes")),
        }
    }

    /// A whole number that is not negative and has 64 bits at most.
    pub(crate) fn small(&self) -> Result<u64, DerError> {
        let wrong = DerError("small whole number");
        match self.content {
            [] => Err(wrong),
            [first, ..] if first & 0x80 != 0 || self.content.len() > 9 => Err(wrong),
            content => content.iter().try_fold(0_u64, |sum, byte| {
                sum.checked_mul(256).map(|sum| sum | u64::from(*byte)).ok_or(DerError("small whole number"))
            }),
        }
    }

    /// A time, which must be one of UTC.
    pub(crate) fn time(&self) -> Result<Timestamp, DerError> {
        let wrong = DerError("time");
        let text = std::str::from_utf8(self.content).map_err(|_| wrong)?;
        let text = text.strip_suffix('Z').ok_or(wrong)?;
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        if !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) || fraction.len() > 9 {
            return Err(wrong);
        }
        let (year, rest) = match (self.tag, whole.len()) {
            (tag::UTC_TIME, 12) => {
                let (year, rest) = whole.split_at_checked(2).ok_or(wrong)?;
                let year: i16 = year.parse().map_err(|_| wrong)?;
                (if year < 50 { 2000 + year } else { 1900 + year }, rest)
            }
            (tag::GENERALIZED_TIME, 14) => {
                let (year, rest) = whole.split_at_checked(4).ok_or(wrong)?;
                (year.parse().map_err(|_| wrong)?, rest)
            }
            _ => return Err(wrong),
        };
        let mut parts = [0_i8; 5];
        for (part, digits) in parts.iter_mut().zip(rest.as_bytes().chunks(2)) {
            *part = digits.iter().fold(0, |sum: i8, digit| sum * 10 + (digit - b'0').cast_signed());
        }
        let [month, day, hour, minute, second] = parts;
        let nanoseconds: i32 = format!("{fraction:0<9}").parse().map_err(|_| wrong)?;
        let civil = DateTime::new(year, month, day, hour, minute, second, nanoseconds).map_err(|_| wrong)?;
        TimeZone::UTC.to_timestamp(civil).map_err(|_| wrong)
    }
}

/// An element of a tag and contents one behind the other.
pub(crate) fn write(tag: u8, contents: &[&[u8]]) -> Vec<u8> {
    let length: usize = contents.iter().map(|content| content.len()).sum();
    let mut bytes = Vec::with_capacity(length.saturating_add(6));
    bytes.push(tag);
    if length < 0x80 {
        bytes.extend(u8::try_from(length));
    } else {
        let digits = length.to_be_bytes();
        let skipped = digits.iter().take_while(|digit| **digit == 0).count();
        let digits = digits.get(skipped..).unwrap_or_default();
        bytes.extend(u8::try_from(digits.len()).map(|count| 0x80 | count));
        bytes.extend(digits);
    }
    for content in contents {
        bytes.extend_from_slice(content);
    }
    bytes
}
