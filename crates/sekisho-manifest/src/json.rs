//! JSON as Kubernetes reads it: Go's encoding/json, integers kept apart from floats.

use std::borrow::Cow;

use smol_str::SmolStr;

use crate::error::{Fault, LoadError, LoadErrorKind};
use crate::tree::Tree;
use crate::yaml::value::Scalar;
use crate::{Budget, Node, SourceId};

/// A value that was read, and where the text behind it begins.
pub(crate) struct Read {
    /// A fault here leaves the values behind this one readable.
    pub(crate) value: Result<(Node, Vec<LoadError>), Fault>,
    pub(crate) end: usize,
}

/// Reads the first value of a text that begins at `base` of its source; nothing when only blanks are left.
pub(crate) fn read(
    text: &str,
    source: SourceId,
    base: usize,
    document: u32,
    budget: &Budget,
) -> Result<Option<Read>, Fault> {
    let mut tree = Tree::new(source, base, document, budget);
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0, open: Vec::new(), number: None };
    reader.pass_blanks();
    if reader.at >= text.len() {
        return Ok(None);
    }
    reader.document(&mut tree)?;
    let end = reader.at;
    let value = match reader.number {
        Some(fault) => Err(fault),
        None => tree.finish(),
    };
    Ok(Some(Read { value, end }))
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// The open collections; whether each is an object.
    open: Vec<bool>,
    /// The first number that is out of range.
    number: Option<Fault>,
}

impl<'t> Reader<'t> {
    fn document(&mut self, tree: &mut Tree) -> Result<(), Fault> {
        loop {
            self.pass_blanks();
            let start = self.at;
            match self.byte() {
                b'{' => {
                    tree.open(true, None, start, start + 1)?;
                    self.open.push(true);
                    self.at += 1;
                    self.pass_blanks();
                    if self.byte() != b'}' {
                        self.key(tree)?;
                        continue;
                    }
                }
                b'[' => {
                    tree.open(false, None, start, start + 1)?;
                    self.open.push(false);
                    self.at += 1;
                    self.pass_blanks();
                    if self.byte() != b']' {
                        continue;
                    }
                }
                b'"' => {
                    let text = SmolStr::new(self.string()?);
                    tree.text(text, start, self.at)?;
                }
                b'-' | b'0'..=b'9' => {
                    let number = self.number()?;
                    tree.scalar(number, false, None, start, self.at)?;
                }
                b't' => self.word("true", Scalar::Bool(true), tree)?,
                b'f' => self.word("false", Scalar::Bool(false), tree)?,
                b'n' => self.word("null", Scalar::Null, tree)?,
                _ => return Err(self.unexpected("expected a value")),
            }
            if self.follow(tree)? {
                return Ok(());
            }
        }
    }

    /// Reads what follows a value, up to the next one; whether the document ends.
    fn follow(&mut self, tree: &mut Tree) -> Result<bool, Fault> {
        loop {
            let Some(object) = self.open.last().copied() else { return Ok(true) };
            self.pass_blanks();
            match (self.byte(), object) {
                (b'}', true) | (b']', false) => {
                    self.at += 1;
                    self.open.pop();
                    tree.close(Some(self.at))?;
                }
                (b',', _) => {
                    self.at += 1;
                    self.pass_blanks();
                    if object {
                        self.key(tree)?;
                    }
                    return Ok(false);
                }
                (_, true) => return Err(self.unexpected("expected `,` or `}`")),
                (_, false) => return Err(self.unexpected("expected `,` or `]`")),
            }
        }
    }

    fn key(&mut self, tree: &mut Tree) -> Result<(), Fault> {
        let start = self.at;
        if self.byte() != b'"' {
            return Err(self.unexpected("expected a key in double quotes"));
        }
        let text = self.string()?;
        tree.text_key(SmolStr::new(text), start, self.at)?;
        self.pass_blanks();
        if self.byte() != b':' {
            return Err(self.unexpected("expected `:`"));
        }
        self.at += 1;
        Ok(())
    }

    fn word(&mut self, word: &str, scalar: Scalar<'_>, tree: &mut Tree) -> Result<(), Fault> {
        let start = self.at;
        if !self.text.get(start..).is_some_and(|rest| rest.starts_with(word)) {
            return Err(self.unexpected("expected a value"));
        }
        self.at += word.len();
        tree.scalar(scalar, false, None, start, self.at)
    }

    fn number(&mut self) -> Result<Scalar<'t>, Fault> {
        let start = self.at;
        self.at += usize::from(self.byte() == b'-');
        match self.byte() {
            b'0' => self.at += 1,
            b'1'..=b'9' => self.digits(),
            _ => return Err(self.unexpected("expected a digit")),
        }
        let mut integer = true;
        if self.byte() == b'.' {
            integer = false;
            self.at += 1;
            self.some_digits()?;
        }
        if matches!(self.byte(), b'e' | b'E') {
            integer = false;
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), b'+' | b'-'));
            self.some_digits()?;
        }
        let text = self.text.get(start..self.at).unwrap_or("");
        if integer {
            if let Ok(value) = text.parse() {
                return Ok(Scalar::Int(value));
            }
            if let Ok(value) = text.parse() {
                return Ok(Scalar::UInt(value));
            }
        }
        match text.parse() {
            Ok(value) if f64::is_finite(value) => Ok(Scalar::Float(value)),
            _ => {
                let fault = || Fault::new(LoadErrorKind::Number(text.into()), start, self.at);
                self.number.get_or_insert_with(fault);
                Ok(Scalar::Null)
            }
        }
    }

    fn some_digits(&mut self) -> Result<(), Fault> {
        if !self.byte().is_ascii_digit() {
            return Err(self.unexpected("expected a digit"));
        }
        self.digits();
        Ok(())
    }

    fn digits(&mut self) {
        while self.byte().is_ascii_digit() {
            self.at += 1;
        }
    }

    /// Reads a string at its opening quote.
    fn string(&mut self) -> Result<Cow<'t, str>, Fault> {
        let start = self.at;
        self.at += 1;
        let mut kept = self.at;
        let mut copied: Option<String> = None;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some(step) = ends_plain(rest) else {
                return Err(Fault::syntax("the quote that begins here is never closed", start, start + 1));
            };
            self.at += step;
            match self.byte() {
                b'"' => {
                    let rest = self.text.get(kept..self.at).unwrap_or("");
                    self.at += 1;
                    return Ok(match copied {
                        None => Cow::Borrowed(rest),
                        Some(text) => Cow::Owned(text + rest),
                    });
                }
                b'\\' => {
                    let text = copied.get_or_insert_default();
                    text.push_str(self.text.get(kept..self.at).unwrap_or(""));
                    let character = self.escape()?;
                    copied.get_or_insert_default().push(character);
                    kept = self.at;
                }
                _ => return Err(self.unexpected("a control character cannot stand in a string; escape it")),
            }
        }
    }

    /// Reads an escape sequence. Half of a surrogate pair becomes U+FFFD.
    fn escape(&mut self) -> Result<char, Fault> {
        let at = self.at;
        self.at += 2;
        Ok(match self.bytes.get(at + 1) {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(*byte),
            Some(b'b') => '\x08',
            Some(b'f') => '\x0C',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let Some(first) = self.four_digits(at + 2) else {
                    return Err(Fault::syntax("`\\u` needs four hexadecimal digits", at, at + 2));
                };
                self.at = at + 6;
                let second = match self.bytes.get(self.at..self.at + 2) {
                    Some(b"\\u") if (0xD800..0xDC00).contains(&first) => self.four_digits(self.at + 2),
                    _ => None,
                };
                match second {
                    Some(second @ 0xDC00..0xE000) => {
                        self.at += 6;
                        let value = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                        char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER)
                    }
                    _ => char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER),
                }
            }
            _ => {
                return Err(Fault::syntax(
                    "unknown escape sequence; write `\\\\` for a backslash",
                    at,
                    at + 1,
                ));
            }
        })
    }

    fn four_digits(&self, at: usize) -> Option<u32> {
        let digits = self.bytes.get(at..at + 4)?;
        digits.iter().try_fold(0, |value, byte| Some(value << 4 | char::from(*byte).to_digit(16)?))
    }

    fn pass_blanks(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// The next byte; 0 at the end, and no JSON token begins with 0.
    fn byte(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn unexpected(&self, message: &str) -> Fault {
        let next = self.text.get(self.at..).and_then(|rest| rest.chars().next());
        Fault::syntax(message, self.at, self.at + next.map_or(0, char::len_utf8))
    }
}

/// The place of the first byte that is not plain text of a string: a quote, a backslash or a control character.
fn ends_plain(bytes: &[u8]) -> Option<usize> {
    let (words, rest) = bytes.as_chunks::<8>();
    for (place, word) in words.iter().enumerate() {
        let found = marks(u64::from_le_bytes(*word));
        if found != 0 {
            return Some(place * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    let place = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..b' '))?;
    Some(words.len() * 8 + place)
}

/// Eight bytes at once: the lowest bit that is set stands in the first byte that is not plain text.
fn marks(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // A byte below `least` borrows from its highest bit. Bytes behind the first such may be marked wrongly.
    let below = |word: u64, least: u8| word.wrapping_sub(ONES * u64::from(least)) & !word & (ONES << 7);
    let same = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    below(word, b' ') | same(b'"') | same(b'\\')
}
