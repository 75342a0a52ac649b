//! ASN.1 in its distinguished encoding: elements read one behind the other.

use num_bigint::{BigInt, BigUint};

pub(in crate::functions) const BOOLEAN: u8 = 0x01;
pub(in crate::functions) const INTEGER: u8 = 0x02;
pub(in crate::functions) const BIT_STRING: u8 = 0x03;
pub(in crate::functions) const OCTET_STRING: u8 = 0x04;
pub(in crate::functions) const OBJECT: u8 = 0x06;
pub(in crate::functions) const SEQUENCE: u8 = 0x30;
pub(in crate::functions) const SET: u8 = 0x31;

/// The tag of a field with a number, constructed or not.
pub(in crate::functions) const fn context(number: u8, is_constructed: bool) -> u8 {
    0x80 | number | if is_constructed { 0x20 } else { 0 }
}

/// One element: its tag, content, and all its bytes.
#[derive(Debug, Clone, Copy)]
pub(in crate::functions) struct Element<'d> {
    pub(in crate::functions) tag: u8,
    pub(in crate::functions) content: &'d [u8],
    pub(in crate::functions) whole: &'d [u8],
}

/// Elements that stand one behind the other.
#[derive(Debug, Clone, Copy)]
pub(in crate::functions) struct Reader<'d> {
    rest: &'d [u8],
}

impl<'d> Reader<'d> {
    pub(in crate::functions) fn new(bytes: &'d [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(in crate::functions) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(in crate::functions) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next element; lengths are written in as few bytes as can be.
    pub(in crate::functions) fn next(&mut self) -> Option<Element<'d>> {
        let [tag, first, ..] = *self.rest else {
            return None;
        };
        // Tags of more than one byte do not occur.
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (length, header) = if first < 0x80 {
            (usize::from(first), 2)
        } else {
            let count = usize::from(first & 0x7f);
            let digits = self.rest.get(2..2 + count)?;
            if !(1..=4).contains(&count) || digits.first() == Some(&0) {
                return None;
            }
            let length = digits.iter().fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
            if length < 0x80 {
                return None;
            }
            (length, 2 + count)
        };
        let end = header.checked_add(length)?;
        let whole = self.rest.get(..end)?;
        self.rest = self.rest.get(end..)?;
        Some(Element { tag, content: whole.get(header..)?, whole })
    }

    /// The next element, where it has this tag.
    pub(in crate::functions) fn tagged(&mut self, tag: u8) -> Option<Element<'d>> {
        if self.peek() == Some(tag) { self.next() } else { None }
    }

    /// The content of the next element, where it has this tag.
    pub(in crate::functions) fn content(&mut self, tag: u8) -> Option<&'d [u8]> {
        self.tagged(tag).map(|element| element.content)
    }

    /// The elements inside the next one, where that has this tag.
    pub(in crate::functions) fn inner(&mut self, tag: u8) -> Option<Self> {
        self.content(tag).map(Self::new)
    }

    /// The next integer, which is not negative.
    pub(in crate::functions) fn unsigned(&mut self) -> Option<BigUint> {
        self.integer()?.to_biguint()
    }

    pub(in crate::functions) fn integer(&mut self) -> Option<BigInt> {
        let content = self.content(INTEGER)?;
        (!content.is_empty()).then(|| BigInt::from_signed_bytes_be(content))
    }

    /// The bytes of the next bit string, which has whole bytes.
    pub(in crate::functions) fn bits(&mut self) -> Option<&'d [u8]> {
        match self.content(BIT_STRING)? {
            [0, bytes @ ..] => Some(bytes),
            _ => None,
        }
    }
}

/// The elements inside the only element that bytes hold, where that has this tag.
pub(in crate::functions) fn only(bytes: &[u8], tag: u8) -> Option<Reader<'_>> {
    let mut reader = Reader::new(bytes);
    let inner = reader.inner(tag)?;
    reader.is_empty().then_some(inner)
}

/// An object identifier with dots.
pub(in crate::functions) fn dotted(content: &[u8]) -> Option<String> {
    let mut numbers: Vec<u64> = Vec::new();
    let mut number = 0_u64;
    let mut is_open = false;
    for byte in content {
        number = number.checked_mul(128)?.checked_add(u64::from(byte & 0x7f))?;
        is_open = byte & 0x80 != 0;
        if !is_open {
            numbers.push(number);
            number = 0;
        }
    }
    if is_open {
        return None;
    }
    let (first, rest) = numbers.split_first()?;
    let root = (first / 40).min(2);
    let mut text = format!("{root}.{}", first - root * 40);
    for number in rest {
        text.push('.');
        text.push_str(&number.to_string());
    }
    Some(text)
}
