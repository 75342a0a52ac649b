//! A template's text cut into tokens.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// No token: [`Lexer::fault`] says why.
    Fault,
    End,
    Text,
    Open,
    Close,
    Space,
    Assign,
    Declare,
    Bar,
    LeftParen,
    RightParen,
    /// Any other ASCII character, such as a comma.
    Character,
    Bool,
    CharacterLiteral,
    Number,
    Complex,
    Dot,
    Field,
    Variable,
    Identifier,
    Nil,
    /// A text in double quotes.
    Quoted,
    /// A text in backquotes.
    RawQuoted,
    Block,
    Break,
    Continue,
    Define,
    Else,
    EndBlock,
    If,
    Range,
    Template,
    With,
}

/// A token and its bytes in the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
}

const OPEN: &str = "{{";
const CLOSE: &str = "}}";
const COMMENT_START: &str = "/*";
const COMMENT_END: &str = "*/";
/// A space and a minus, on either side of an action.
const TRIM_MARK: usize = 2;

/// Reads tokens one after the other.
#[derive(Debug)]
pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
    in_action: bool,
    parens: usize,
    /// Why the last token is a fault.
    pub(super) fault: String,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, in_action: false, parens: 0, fault: String::new() }
    }

    /// The next token; after a fault the end.
    pub(super) fn next(&mut self) -> Token {
        if self.in_action { self.inside() } else { self.outside() }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn token(&self, kind: TokenKind, start: usize) -> Token {
        Token { kind, start, end: self.at }
    }

    fn fail(&mut self, start: usize, message: impl Into<String>) -> Token {
        self.fault = message.into();
        self.text = "";
        self.at = 0;
        self.in_action = false;
        Token { kind: TokenKind::Fault, start, end: start }
    }

    /// Text up to the next action, comments left out.
    fn outside(&mut self) -> Token {
        loop {
            let start = self.at;
            let Some(length) = self.rest().find(OPEN) else {
                self.at = self.text.len();
                let kind = if self.at > start { TokenKind::Text } else { TokenKind::End };
                return self.token(kind, start);
            };
            let open = start + length;
            let inside = self.text.get(open + OPEN.len()..).unwrap_or("");
            let trims = starts_with_left_trim(inside);
            let text = self.text.get(start..open).unwrap_or("");
            let kept = if trims { trim_end(text).len() } else { length };
            if kept > 0 {
                // The next call starts at the action, whose text before it is then empty.
                self.at = open;
                return Token { kind: TokenKind::Text, start, end: start + kept };
            }
            self.at = open + OPEN.len();
            let marked = if trims { TRIM_MARK } else { 0 };
            if inside.get(marked..).unwrap_or("").starts_with(COMMENT_START) {
                self.at += marked;
                if let Err(fault) = self.comment() {
                    return fault;
                }
                continue;
            }
            let token = Token { kind: TokenKind::Open, start: open, end: self.at };
            self.at += marked;
            self.in_action = true;
            self.parens = 0;
            return token;
        }
    }

    fn comment(&mut self) -> Result<(), Token> {
        let start = self.at;
        let inside = self.rest().get(COMMENT_START.len()..).unwrap_or("");
        let Some(length) = inside.find(COMMENT_END) else {
            return Err(self.fail(start, "unclosed comment"));
        };
        self.at += COMMENT_START.len() + length + COMMENT_END.len();
        let Some(trims) = self.at_close() else {
            return Err(self.fail(start, "comment ends before closing delimiter"));
        };
        self.close(trims);
        Ok(())
    }

    /// Whether an action closes here, and whether it trims the text behind it.
    fn at_close(&self) -> Option<bool> {
        let rest = self.rest();
        if starts_with_right_trim(rest) && rest.get(TRIM_MARK..).unwrap_or("").starts_with(CLOSE) {
            return Some(true);
        }
        rest.starts_with(CLOSE).then_some(false)
    }

    /// Passes the end of an action.
    fn close(&mut self, trims: bool) -> Token {
        if trims {
            self.at += TRIM_MARK;
        }
        let start = self.at;
        self.at += CLOSE.len();
        let token = self.token(TokenKind::Close, start);
        if trims {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start_matches(is_space).len();
        }
        token
    }

    fn inside(&mut self) -> Token {
        let start = self.at;
        if let Some(trims) = self.at_close() {
            if self.parens > 0 {
                return self.fail(start, "unclosed left paren");
            }
            self.in_action = false;
            return self.close(trims);
        }
        let Some(first) = self.bump() else {
            return self.fail(start, "unclosed action");
        };
        match first {
            _ if is_space(first) => self.space(start),
            '=' => self.token(TokenKind::Assign, start),
            ':' => match self.bump() {
                Some('=') => self.token(TokenKind::Declare, start),
                _ => self.fail(start, "expected :="),
            },
            '|' => self.token(TokenKind::Bar, start),
            '"' => self.quoted(start, '"', TokenKind::Quoted, "unterminated quoted string"),
            '`' => self.raw_quoted(start),
            '$' => self.word(start, TokenKind::Variable, TokenKind::Variable),
            '\'' => self.quoted(start, '\'', TokenKind::CharacterLiteral, "unterminated character constant"),
            '.' if !self.peek().is_some_and(|next| next.is_ascii_digit()) && !self.rest().is_empty() => {
                self.word(start, TokenKind::Field, TokenKind::Dot)
            }
            '.' | '+' | '-' | '0'..='9' => self.number(start),
            _ if is_word(first) => self.identifier(start),
            '(' => {
                self.parens += 1;
                self.token(TokenKind::LeftParen, start)
            }
            ')' => {
                if self.parens == 0 {
                    return self.fail(start, "unexpected right paren");
                }
                self.parens -= 1;
                self.token(TokenKind::RightParen, start)
            }
            ' '..='~' => self.token(TokenKind::Character, start),
            _ => self.fail(start, format!("unrecognized character in action: {}", code_point(first))),
        }
    }

    /// A run of spaces; the one that belongs to a trim mark is left.
    fn space(&mut self, start: usize) -> Token {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(is_space).len();
        let last = self.at - 1;
        let behind = self.text.get(last..).unwrap_or("");
        if starts_with_right_trim(behind) && behind.get(TRIM_MARK..).unwrap_or("").starts_with(CLOSE) {
            self.at = last;
            if last == start {
                return self.inside();
            }
        }
        self.token(TokenKind::Space, start)
    }

    /// A field or variable behind its first character, which may stand alone.
    fn word(&mut self, start: usize, kind: TokenKind, alone: TokenKind) -> Token {
        if self.at_terminator() {
            return self.token(alone, start);
        }
        self.pass_word();
        if !self.at_terminator() {
            return self.bad_character(start);
        }
        self.token(kind, start)
    }

    fn identifier(&mut self, start: usize) -> Token {
        self.pass_word();
        if !self.at_terminator() {
            return self.bad_character(start);
        }
        let kind = match self.text.get(start..self.at).unwrap_or("") {
            "block" => TokenKind::Block,
            "break" => TokenKind::Break,
            "continue" => TokenKind::Continue,
            "define" => TokenKind::Define,
            "else" => TokenKind::Else,
            "end" => TokenKind::EndBlock,
            "if" => TokenKind::If,
            "nil" => TokenKind::Nil,
            "range" => TokenKind::Range,
            "template" => TokenKind::Template,
            "with" => TokenKind::With,
            "true" | "false" => TokenKind::Bool,
            _ => TokenKind::Identifier,
        };
        self.token(kind, start)
    }

    fn pass_word(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(is_word).len();
    }

    fn bad_character(&mut self, start: usize) -> Token {
        let message = self.peek().map_or_else(String::new, code_point);
        self.fail(start, format!("bad character {message}"))
    }

    /// Whether what stands here may follow a word.
    fn at_terminator(&self) -> bool {
        match self.peek() {
            None | Some('.' | ',' | '|' | ':' | ')' | '(') => true,
            Some(next) => is_space(next) || self.rest().starts_with(CLOSE),
        }
    }

    fn quoted(&mut self, start: usize, mark: char, kind: TokenKind, unterminated: &str) -> Token {
        loop {
            match self.bump() {
                Some('\\') if !matches!(self.bump(), None | Some('\n')) => {}
                Some(character) if character == mark => return self.token(kind, start),
                None | Some('\n' | '\\') => return self.fail(start, unterminated),
                Some(_) => {}
            }
        }
    }

    fn raw_quoted(&mut self, start: usize) -> Token {
        let Some(length) = self.rest().find('`') else {
            return self.fail(start, "unterminated raw quoted string");
        };
        self.at += length + 1;
        self.token(TokenKind::RawQuoted, start)
    }

    fn number(&mut self, start: usize) -> Token {
        self.at = start;
        let mut kind = TokenKind::Number;
        let mut valid = self.pass_number();
        if valid && matches!(self.peek(), Some('+' | '-')) {
            kind = TokenKind::Complex;
            valid = self.pass_number() && self.text.get(start..self.at).unwrap_or("").ends_with('i');
        }
        if valid {
            return self.token(kind, start);
        }
        let text = sekisho_go::quote::quote(self.text.get(start..self.at).unwrap_or(""));
        self.fail(start, format!("bad number syntax: {text}"))
    }

    /// Passes what looks like a number; whether it is one shows when it is read.
    fn pass_number(&mut self) -> bool {
        self.pass_one("+-");
        let mut digits = "0123456789_";
        if self.pass_one("0") {
            if self.pass_one("xX") {
                digits = "0123456789abcdefABCDEF_";
            } else if self.pass_one("oO") {
                digits = "01234567_";
            } else if self.pass_one("bB") {
                digits = "01_";
            }
        }
        self.pass_all(digits);
        if self.pass_one(".") {
            self.pass_all(digits);
        }
        let exponent = match digits.len() {
            11 => "eE",
            23 => "pP",
            _ => "",
        };
        if self.pass_one(exponent) {
            self.pass_one("+-");
            self.pass_all("0123456789_");
        }
        self.pass_one("i");
        if self.peek().is_some_and(is_word) {
            self.bump();
            return false;
        }
        true
    }

    fn pass_one(&mut self, set: &str) -> bool {
        let passes = self.peek().is_some_and(|next| set.contains(next));
        if passes {
            self.bump();
        }
        passes
    }

    fn pass_all(&mut self, set: &str) {
        while self.pass_one(set) {}
    }
}

/// Whether the character is one of the language's spaces.
pub(super) fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}

fn trim_end(text: &str) -> &str {
    text.trim_end_matches(is_space)
}

fn is_word(character: char) -> bool {
    character == '_' || character.is_alphabetic() || character.is_numeric()
}

fn starts_with_left_trim(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next() == Some('-') && characters.next().is_some_and(is_space)
}

fn starts_with_right_trim(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(is_space) && characters.next() == Some('-')
}

/// A character as Go's `%#U` shows it.
pub(super) fn code_point(character: char) -> String {
    let code = u32::from(character);
    if sekisho_go::quote::is_printable(character) {
        format!("U+{code:04X} '{character}'")
    } else {
        format!("U+{code:04X}")
    }
}
