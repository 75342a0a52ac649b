//! Keys of versions: bytes whose order is the order of the versions.
//!
//! Numbers of any length and texts are written so that comparing bytes compares them. What ends a list is a byte
//! that each scheme places among the bytes that begin its items.

use std::cmp::Ordering;

/// A key being written.
#[derive(Debug, Default)]
pub(crate) struct Key {
    bytes: Vec<u8>,
}

impl Key {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity) }
    }

    pub(crate) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// A number from its decimal digits: how many there are without leading zeros, then the digits.
    pub(crate) fn number(&mut self, digits: &str) {
        let digits = digits.trim_start_matches('0').as_bytes();
        self.length(digits.len());
        self.bytes.extend_from_slice(digits);
    }

    /// A count that sorts as numbers do.
    pub(crate) fn length(&mut self, length: usize) {
        match u8::try_from(length) {
            Ok(short) if short < u8::MAX => self.bytes.push(short),
            _ => {
                self.bytes.push(u8::MAX);
                self.bytes.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
            }
        }
    }

    /// A count that sorts in the opposite order.
    pub(crate) fn length_reversed(&mut self, length: usize) {
        let start = self.bytes.len();
        self.length(length);
        for byte in self.bytes.iter_mut().skip(start) {
            *byte = !*byte;
        }
    }

    /// A text and its end, which sorts before every character.
    pub(crate) fn text(&mut self, text: &str) {
        self.bytes.extend(text.bytes().map(|byte| byte.max(1)));
        self.bytes.push(0);
    }

    pub(crate) fn finish(self) -> Box<[u8]> {
        self.bytes.into_boxed_slice()
    }
}

/// Reads back what [`Key`] wrote, for the schemes whose order is no order of bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'k> {
    rest: &'k [u8],
}

impl<'k> Reader<'k> {
    pub(crate) fn new(rest: &'k [u8]) -> Self {
        Self { rest }
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    pub(crate) fn peek(self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// A number's digits without leading zeros.
    pub(crate) fn number(&mut self) -> &'k [u8] {
        let length = match self.byte() {
            Some(u8::MAX) => match self.rest.split_first_chunk::<4>() {
                Some((length, rest)) => {
                    self.rest = rest;
                    u32::from_be_bytes(*length) as usize
                }
                None => 0,
            },
            length => usize::from(length.unwrap_or(0)),
        };
        let (digits, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.rest = rest;
        digits
    }

    /// A text without its end.
    pub(crate) fn text(&mut self) -> &'k [u8] {
        let end = self.rest.iter().position(|byte| *byte == 0).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest.get(1..).unwrap_or_default();
        text
    }
}

/// The order of two numbers by their digits without leading zeros.
pub(crate) fn compare_digits(left: &[u8], right: &[u8]) -> Ordering {
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

/// Splits off the digits at the beginning.
pub(crate) fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.bytes().take_while(u8::is_ascii_digit).count())
}

/// Whether a text is one or more digits.
pub(crate) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
