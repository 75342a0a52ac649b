//! One pass over a text: every value with its place, in the order of the text. Nothing recurses.

use crate::budget::Budget;
use crate::error::AuditError;

/// What a value is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Kind {
    #[default]
    Null,
    True,
    False,
    Number,
    Text,
    /// A text in which a backslash stands.
    EscapedText,
    Array,
    Object,
}

/// A value, or the key of a member, whose value comes next.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Token {
    /// Where it stands in the text; quotes are left out.
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// The place of what comes behind it: for a container behind all in it, for a key behind its value.
    pub(crate) next: u32,
    pub(crate) kind: Kind,
}

/// The index of a text, whose memory is used again.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    pub(crate) tokens: Vec<Token>,
    /// The containers that are open, each with the key whose value is awaited.
    open: Vec<Open>,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    container: u32,
    /// None in an array.
    key: Option<u32>,
}

struct Scanner<'s> {
    text: &'s [u8],
    at: usize,
    tape: &'s mut Tape,
    budget: &'s Budget,
}

impl Tape {
    /// Indexes a text.
    pub(crate) fn scan(&mut self, text: &str, budget: &Budget) -> Result<(), AuditError> {
        if text.len() > budget.bytes.min(u32::MAX as usize - 1) {
            return Err(AuditError::TooLong(budget.bytes));
        }
        self.tokens.clear();
        self.open.clear();
        Scanner { text: text.as_bytes(), at: 0, tape: self, budget }.document()
    }
}

impl Scanner<'_> {
    fn document(&mut self) -> Result<(), AuditError> {
        loop {
            if self.begins_value()? {
                continue;
            }
            loop {
                let Some(open) = self.tape.open.last().copied() else {
                    return match self.blank() {
                        None => Ok(()),
                        Some(_) => Err(self.wrong("something behind the end")),
                    };
                };
                let after = self.place();
                if let Some(key) = open.key
                    && let Some(token) = self.tape.tokens.get_mut(key as usize)
                {
                    token.next = after;
                }
                match (self.blank(), open.key.is_some()) {
                    (Some(b','), true) => {
                        self.at += 1;
                        self.key()?;
                        break;
                    }
                    (Some(b','), false) => {
                        self.at += 1;
                        break;
                    }
                    (Some(b'}'), true) | (Some(b']'), false) => self.close(open.container),
                    (None, _) => return Err(self.wrong("the end")),
                    (Some(_), true) => return Err(self.wrong("expected `,` or `}`")),
                    (Some(_), false) => return Err(self.wrong("expected `,` or `]`")),
                }
            }
        }
    }

    /// Reads a value; whether it is a container in which a value is awaited.
    fn begins_value(&mut self) -> Result<bool, AuditError> {
        match self.blank() {
            Some(b'"') => self.text().map(|()| false),
            Some(open @ (b'{' | b'[')) => {
                if self.tape.open.len() >= self.budget.depth {
                    return Err(AuditError::TooDeep(self.budget.depth));
                }
                let container = self.place();
                let kind = if open == b'{' { Kind::Object } else { Kind::Array };
                self.push(self.at, self.at, kind)?;
                self.at += 1;
                let close = if open == b'{' { b'}' } else { b']' };
                self.tape.open.push(Open { container, key: (open == b'{').then_some(0) });
                if self.blank() == Some(close) {
                    self.close(container);
                    return Ok(false);
                }
                if open == b'{' {
                    self.key()?;
                }
                Ok(true)
            }
            Some(b'-' | b'0'..=b'9') => self.number().map(|()| false),
            Some(b't') => self.word(b"true", Kind::True),
            Some(b'f') => self.word(b"false", Kind::False),
            Some(b'n') => self.word(b"null", Kind::Null),
            None => Err(self.wrong("the end")),
            Some(_) => Err(self.wrong("expected a value")),
        }
    }

    fn key(&mut self) -> Result<(), AuditError> {
        if self.blank() != Some(b'"') {
            return Err(self.wrong("expected a key in quotes"));
        }
        let key = self.place();
        self.text()?;
        if let Some(open) = self.tape.open.last_mut() {
            open.key = Some(key);
        }
        if self.blank() != Some(b':') {
            return Err(self.wrong("expected `:`"));
        }
        self.at += 1;
        Ok(())
    }

    fn close(&mut self, container: u32) {
        self.at += 1;
        self.tape.open.pop();
        let (end, next) = (offset(self.at), self.place());
        if let Some(token) = self.tape.tokens.get_mut(container as usize) {
            (token.end, token.next) = (end, next);
        }
    }

    /// A text, at whose quote it stands.
    fn text(&mut self) -> Result<(), AuditError> {
        let start = self.at + 1;
        let mut kind = Kind::Text;
        self.at = start;
        loop {
            self.at += plain(self.text.get(self.at..).unwrap_or_default());
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    kind = Kind::EscapedText;
                    self.escape()?;
                }
                None => return Err(self.wrong("a text without an end")),
                Some(_) => return Err(self.wrong("a control character in a text")),
            }
        }
        self.push(start, self.at, kind)?;
        self.at += 1;
        Ok(())
    }

    fn escape(&mut self) -> Result<(), AuditError> {
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 1;
                Ok(())
            }
            Some(b'u') => {
                let digits = self.text.get(self.at + 1..self.at + 5).unwrap_or_default();
                if digits.len() < 4 || !digits.iter().all(u8::is_ascii_hexdigit) {
                    return Err(self.wrong("expected four hexadecimal digits"));
                }
                self.at += 5;
                Ok(())
            }
            _ => Err(self.wrong("an unknown escape")),
        }
    }

    fn number(&mut self) -> Result<(), AuditError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.digits() {
            0 => return Err(self.wrong("expected a digit")),
            1 => {}
            _ if self
                .text
                .get(start..)
                .is_some_and(|text| text.starts_with(b"0") || text.starts_with(b"-0")) =>
            {
                return Err(self.wrong("a number that begins with 0"));
            }
            _ => {}
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return Err(self.wrong("expected a digit"));
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(self.wrong("expected a digit"));
            }
        }
        self.push(start, self.at, Kind::Number)
    }

    fn digits(&mut self) -> usize {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        count
    }

    fn word(&mut self, word: &[u8], kind: Kind) -> Result<bool, AuditError> {
        if !self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            return Err(self.wrong("expected a value"));
        }
        self.push(self.at, self.at + word.len(), kind)?;
        self.at += word.len();
        Ok(false)
    }

    fn push(&mut self, start: usize, end: usize, kind: Kind) -> Result<(), AuditError> {
        if self.tape.tokens.len() >= self.budget.values {
            return Err(AuditError::TooManyValues(self.budget.values));
        }
        let next = self.place() + 1;
        let (start, end) = (offset(start), offset(end));
        self.tape.tokens.push(Token { start, end, next, kind });
        Ok(())
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// The next byte that is no blank.
    #[inline]
    fn blank(&mut self) -> Option<u8> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                other => return other,
            }
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "there are fewer values than bytes")]
    fn place(&self) -> u32 {
        self.tape.tokens.len() as u32
    }

    fn wrong(&self, what: &'static str) -> AuditError {
        AuditError::Json { what, at: self.at }
    }
}

#[allow(clippy::cast_possible_truncation, reason = "the length of the text was held against the limit")]
fn offset(at: usize) -> u32 {
    at as u32
}

/// How many bytes at the front are of a text and nothing special, eight at a time.
#[inline]
fn plain(text: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let mut at = 0;
    while let Some(eight) = text.get(at..at + 8).and_then(|eight| <[u8; 8]>::try_from(eight).ok()) {
        let word = u64::from_le_bytes(eight);
        let quotes = zero(word ^ (ONES * u64::from(b'"')));
        let escapes = zero(word ^ (ONES * u64::from(b'\\')));
        let controls = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let special = quotes | escapes | controls;
        if special != 0 {
            return at + special.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| **byte >= 0x20 && **byte != b'"' && **byte != b'\\').count()
}
