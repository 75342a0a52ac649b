//! Text to tokens, one at a time.

use crate::span::Span;

/// What a token is. Operators and brackets are named by their text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    Eof,
    Illegal,
    /// A word; whether it is a keyword is for the parser to say.
    Word,
    Number,
    String,
    RawString,
    /// The text of a template up to `{`, or to its end.
    Template {
        raw: bool,
        last: bool,
    },
    Mark(&'static str),
}

/// A token, its place, and what stood before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lexeme {
    pub(super) token: Token,
    pub(super) span: Span,
    /// Whether blanks, line breaks or comments stood before it.
    pub(super) spaced: bool,
    /// Whether a line break stood before it.
    pub(super) on_new_line: bool,
}

/// A comment: its place and its text after `#`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Comment {
    pub(super) span: Span,
}

/// Where the lexer stands; small, so that a parser can go back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Position {
    offset: usize,
    row: u32,
    line_start: usize,
    /// Characters of the line before `column_offset`, so that long lines cost no more than short ones.
    column: u32,
    column_offset: usize,
}

pub(super) struct Lexer<'t> {
    text: &'t str,
    module: u32,
    at: Position,
    /// What is wrong with the last token, and where.
    pub(super) fault: Option<(&'static str, Span)>,
    comments: Vec<Comment>,
}

const MARKS: [&str; 27] = [
    ":=", "==", "!=", "<=", ">=", "[", "]", "{", "}", "(", ")", ",", ":", "+", "-", "*", "/", "%", "&", "|",
    "=", ">", "<", ".", ";", "!", "$",
];

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str, module: u32) -> Self {
        let offset = if text.starts_with('\u{feff}') { 3 } else { 0 };
        let at = Position { offset, row: 1, line_start: offset, column: 0, column_offset: offset };
        Self { text, module, at, fault: None, comments: Vec::new() }
    }

    pub(super) fn position(&self) -> Position {
        self.at
    }

    pub(super) fn go_back(&mut self, position: Position) {
        self.at = position;
        let offset = u32::try_from(position.offset).unwrap_or(u32::MAX);
        while self.comments.last().is_some_and(|comment| comment.span.start >= offset) {
            self.comments.pop();
        }
        self.fault = None;
    }

    pub(super) fn comments(self) -> Vec<Comment> {
        self.comments
    }

    fn bytes(&self) -> &'t [u8] {
        self.text.as_bytes()
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes().get(self.at.offset.saturating_add(ahead)).copied().unwrap_or(0)
    }

    fn at_end(&self) -> bool {
        self.at.offset >= self.text.len()
    }

    fn span_from(&mut self, start: usize) -> Span {
        let known = self.at.column_offset.max(self.at.line_start);
        let since = self.text.get(known..start).map_or(0, |text| text.chars().count());
        if start >= known {
            self.at.column = self.at.column.saturating_add(u32::try_from(since).unwrap_or(u32::MAX));
            self.at.column_offset = start;
        }
        Span {
            module: self.module,
            start: u32::try_from(start).unwrap_or(u32::MAX),
            end: u32::try_from(start).unwrap_or(u32::MAX),
            row: self.at.row,
            column: self.at.column.saturating_add(1),
        }
    }

    fn end(&self, span: Span) -> Span {
        span.to(u32::try_from(self.at.offset).unwrap_or(u32::MAX))
    }

    fn line_break(&mut self) {
        self.at.offset += 1;
        self.at.row = self.at.row.saturating_add(1);
        self.at.line_start = self.at.offset;
        self.at.column = 0;
        self.at.column_offset = self.at.offset;
    }

    /// The next token.
    pub(super) fn next(&mut self) -> Lexeme {
        let before = self.at.offset;
        let row = self.at.row;
        self.skip_blanks();
        let spaced = self.at.offset > before;
        let on_new_line = self.at.row > row;
        let start = self.at.offset;
        let span = self.span_from(start);
        let token = self.token(span);
        Lexeme { token, span: self.end(span), spaced, on_new_line }
    }

    fn skip_blanks(&mut self) {
        loop {
            match self.peek(0) {
                b' ' | b'\t' | b'\r' => self.at.offset += 1,
                b'\n' => self.line_break(),
                b'#' => {
                    let start = self.at.offset;
                    let span = self.span_from(start);
                    let rest = self.bytes().get(start..).unwrap_or(&[]);
                    self.at.offset += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
                    self.comments.push(Comment { span: self.end(span) });
                }
                _ => return,
            }
        }
    }

    fn token(&mut self, span: Span) -> Token {
        if self.at_end() {
            return Token::Eof;
        }
        match self.peek(0) {
            byte if byte.is_ascii_alphabetic() || byte == b'_' => self.word(),
            byte if byte.is_ascii_digit() => self.number(span),
            b'"' => {
                self.at.offset += 1;
                self.string(span)
            }
            b'`' => {
                self.at.offset += 1;
                self.raw_string(span)
            }
            b'$' if self.peek(1) == b'"' => {
                self.at.offset += 2;
                self.template(false, span)
            }
            b'$' if self.peek(1) == b'`' => {
                self.at.offset += 2;
                self.template(true, span)
            }
            b'$' => self.illegal("illegal $ character", span),
            b'!' if self.peek(1) != b'=' => self.illegal("illegal ! character", span),
            0 => self.illegal("illegal null character", span),
            _ => self.mark(span),
        }
    }

    fn illegal(&mut self, why: &'static str, span: Span) -> Token {
        let rest = self.text.get(self.at.offset..).unwrap_or("");
        self.at.offset += rest.chars().next().map_or(1, char::len_utf8);
        self.fault.get_or_insert((why, span));
        Token::Illegal
    }

    fn mark(&mut self, span: Span) -> Token {
        let rest = self.bytes().get(self.at.offset..).unwrap_or(&[]);
        if let Some(mark) = MARKS.iter().find(|mark| rest.starts_with(mark.as_bytes())) {
            self.at.offset += mark.len();
            return Token::Mark(mark);
        }
        match self.text.get(self.at.offset..).and_then(|text| text.chars().next()) {
            Some('\u{a0}') => {
                self.illegal("illegal non-breaking space character, use a regular space instead", span)
            }
            Some('\u{feff}') => self.illegal("illegal byte-order mark", span),
            _ => self.illegal("illegal token", span),
        }
    }

    fn word(&mut self) -> Token {
        loop {
            let byte = self.peek(0);
            if byte.is_ascii_alphanumeric() || byte == b'_' {
                self.at.offset += 1;
                continue;
            }
            let more = self.text.get(self.at.offset..).and_then(|text| text.chars().next());
            match more {
                // The scanner of OPA takes the decimal digits of all scripts into words.
                Some(other) if !other.is_ascii() && is_decimal_digit(other) => {
                    self.at.offset += other.len_utf8();
                }
                _ => return Token::Word,
            }
        }
    }

    fn digits(&mut self) -> bool {
        let start = self.at.offset;
        while self.peek(0).is_ascii_digit() {
            self.at.offset += 1;
        }
        self.at.offset > start
    }

    fn number(&mut self, span: Span) -> Token {
        self.digits();
        let mut fault = None;
        if self.peek(0) == b'.' {
            self.at.offset += 1;
            if !self.digits() {
                fault = Some("expected fraction");
            }
        }
        if matches!(self.peek(0), b'e' | b'E') {
            self.at.offset += 1;
            if matches!(self.peek(0), b'+' | b'-') {
                self.at.offset += 1;
            }
            if !self.digits() {
                fault = fault.or(Some("expected exponent"));
            }
        }
        if self.peek(0).is_ascii_alphabetic() || self.peek(0) == b'_' {
            fault = fault.or(Some("illegal number format"));
            self.word();
        }
        match fault {
            Some(fault) => {
                self.fault.get_or_insert((fault, span));
                Token::Illegal
            }
            None => Token::Number,
        }
    }

    /// Skips an escape after its backslash; false when there is none such.
    fn escape(&mut self, in_template: bool) -> bool {
        match self.peek(0) {
            b'\\' | b'"' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {
                self.at.offset += 1;
                true
            }
            b'{' if in_template => {
                self.at.offset += 1;
                true
            }
            b'u' => {
                self.at.offset += 1;
                for _ in 0..4 {
                    if self.peek(0).is_ascii_hexdigit() {
                        self.at.offset += 1;
                    }
                }
                true
            }
            _ => false,
        }
    }

    fn string(&mut self, span: Span) -> Token {
        loop {
            if self.at_end() || self.peek(0) == b'\n' {
                self.fault.get_or_insert(("non-terminated string", span));
                return Token::Illegal;
            }
            let byte = self.peek(0);
            self.at.offset += 1;
            match byte {
                b'"' => return Token::String,
                b'\\' if !self.escape(false) => {
                    self.fault.get_or_insert(("illegal escape sequence", span));
                    return Token::Illegal;
                }
                _ => {}
            }
        }
    }

    fn raw_string(&mut self, span: Span) -> Token {
        loop {
            if self.at_end() {
                self.fault.get_or_insert(("non-terminated string", span));
                return Token::Illegal;
            }
            match self.peek(0) {
                b'\n' => self.line_break(),
                byte => {
                    self.at.offset += 1;
                    if byte == b'`' {
                        return Token::RawString;
                    }
                }
            }
        }
    }

    /// Goes on with a template string after the `}` of an expression.
    pub(super) fn continue_template(&mut self, raw: bool) -> Lexeme {
        let start = self.at.offset;
        let span = self.span_from(start);
        let token = self.template(raw, span);
        Lexeme { token, span: self.end(span), spaced: false, on_new_line: false }
    }

    fn template(&mut self, raw: bool, span: Span) -> Token {
        loop {
            if self.at_end() || (!raw && self.peek(0) == b'\n') {
                self.fault.get_or_insert(("non-terminated string", span));
                return Token::Illegal;
            }
            match self.peek(0) {
                b'\n' => self.line_break(),
                byte => {
                    self.at.offset += 1;
                    match byte {
                        b'"' if !raw => return Token::Template { raw, last: true },
                        b'`' if raw => return Token::Template { raw, last: true },
                        b'{' => return Token::Template { raw, last: false },
                        b'\\' if raw && self.peek(0) == b'{' => {
                            self.at.offset += 1;
                        }
                        b'\\' if !self.escape(true) => {
                            self.fault.get_or_insert(("illegal escape sequence", span));
                            return Token::Illegal;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
}

/// Whether a character is a decimal digit of some script (Unicode category Nd).
fn is_decimal_digit(character: char) -> bool {
    // INVARIANT: every block of decimal digits is ten long and begins at one of these.
    const ZEROS: [u32; 26] = [
        0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50,
        0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0xff10,
    ];
    let code = u32::from(character);
    ZEROS.iter().any(|zero| (*zero..zero + 10).contains(&code))
}
