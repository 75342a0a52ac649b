//! The tokens of GraphQL, with positions and messages as OPA's parser has them.

use std::fmt;

use smol_str::SmolStr;

use super::ast::Position;
use crate::value::quote;

/// The kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Invalid,
    End,
    Bang,
    Dollar,
    Ampersand,
    ParenLeft,
    ParenRight,
    Spread,
    Colon,
    Equals,
    At,
    BracketLeft,
    BracketRight,
    BraceLeft,
    BraceRight,
    Pipe,
    Name,
    Int,
    Float,
    String,
    Block,
    Comment,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Invalid => "<Invalid>",
            Self::End => "<EOF>",
            Self::Bang => "!",
            Self::Dollar => "$",
            Self::Ampersand => "&",
            Self::ParenLeft => "(",
            Self::ParenRight => ")",
            Self::Spread => "...",
            Self::Colon => ":",
            Self::Equals => "=",
            Self::At => "@",
            Self::BracketLeft => "[",
            Self::BracketRight => "]",
            Self::BraceLeft => "{",
            Self::BraceRight => "}",
            Self::Pipe => "|",
            Self::Name => "Name",
            Self::Int => "Int",
            Self::Float => "Float",
            Self::String => "String",
            Self::Block => "BlockString",
            Self::Comment => "Comment",
        })
    }
}

/// A token: what is wrong stands in the value of an invalid one.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) value: SmolStr,
    pub(super) position: Position,
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.value.is_empty() || self.kind == Kind::Invalid {
            return self.kind.fmt(f);
        }
        write!(f, "{} {}", self.kind, quote(&self.value))
    }
}

/// Reads tokens from a text; columns count characters.
#[derive(Debug, Clone)]
pub(super) struct Lexer<'t> {
    rest: &'t str,
    line: i64,
    column: i64,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { rest: text, line: 1, column: 1 }
    }

    /// The next token; at the end that of the end, again and again.
    pub(super) fn token(&mut self) -> Token {
        self.skip_space();
        let start = self.column;
        let Some(first) = self.rest.chars().next() else { return self.made(Kind::End, "", start) };
        let punctuator = match first {
            '!' => Kind::Bang,
            '$' => Kind::Dollar,
            '&' => Kind::Ampersand,
            '(' => Kind::ParenLeft,
            ')' => Kind::ParenRight,
            ':' => Kind::Colon,
            '=' => Kind::Equals,
            '@' => Kind::At,
            '[' => Kind::BracketLeft,
            ']' => Kind::BracketRight,
            '{' => Kind::BraceLeft,
            '}' => Kind::BraceRight,
            '|' => Kind::Pipe,
            '.' if self.rest.starts_with("...") => {
                self.take(3);
                return self.made(Kind::Spread, "", start);
            }
            '#' => {
                let end = self.rest.find(|c: char| c < ' ' && c != '\t');
                let text = self.take(end.unwrap_or(self.rest.len()));
                return self.made(Kind::Comment, text, start);
            }
            'a'..='z' | 'A'..='Z' | '_' => {
                let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                let text = self.take(end.unwrap_or(self.rest.len()));
                return self.made(Kind::Name, text, start);
            }
            '-' | '0'..='9' => return self.number(),
            '"' if self.rest.starts_with("\"\"\"") => return self.block(),
            '"' => return self.string(),
            '\'' => {
                return self.invalid(
                    "Unexpected single quote character ('), did you mean to use a double quote (\")?",
                );
            }
            c if c < ' ' => {
                let code = u32::from(c);
                return self.invalid(&format!("Cannot contain the invalid character \"\\u{code:04x}\""));
            }
            c => return self.invalid(&format!("Cannot parse the unexpected character \"{c}\".")),
        };
        self.take(1);
        self.made(punctuator, "", start)
    }

    fn made(&self, kind: Kind, value: &str, column: i64) -> Token {
        Token { kind, value: SmolStr::new(value), position: Position { line: self.line, column } }
    }

    fn invalid(&self, message: &str) -> Token {
        self.made(Kind::Invalid, message, self.column)
    }

    /// Takes so many bytes, none of which ends a line.
    fn take(&mut self, bytes: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        self.column = self.column.saturating_add(i64::try_from(taken.chars().count()).unwrap_or(i64::MAX));
        taken
    }

    fn skip_space(&mut self) {
        while let Some(c) = self.rest.chars().next() {
            match c {
                '\t' | ' ' | ',' | '\u{feff}' => {
                    self.take(c.len_utf8());
                }
                '\n' | '\r' => {
                    self.take(1);
                    self.line = self.line.saturating_add(1);
                    self.column = 1;
                    // The second half of a line's end counts as a column of the next one.
                    if c == '\r' && self.rest.starts_with('\n') {
                        self.take(1);
                    }
                }
                _ => return,
            }
        }
    }

    fn digits(&mut self) -> usize {
        let end = self.rest.find(|c: char| !c.is_ascii_digit());
        self.take(end.unwrap_or(self.rest.len())).len()
    }

    fn accept(&mut self, accepted: &[char]) -> bool {
        let is_there = self.rest.starts_with(accepted);
        if is_there {
            self.take(1);
        }
        is_there
    }

    fn number(&mut self) -> Token {
        let (before, start) = (self.rest, self.column);
        self.accept(&['-']);
        if self.accept(&['0']) {
            if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
                return self
                    .invalid(&format!("Invalid number, unexpected digit after 0: {}.", self.next_byte()));
            }
        } else if self.digits() == 0 {
            return self.no_digit();
        }
        let mut kind = Kind::Int;
        if self.accept(&['.']) {
            kind = Kind::Float;
            if self.digits() == 0 {
                return self.no_digit();
            }
        }
        if self.accept(&['e', 'E']) {
            kind = Kind::Float;
            self.accept(&['-', '+']);
            if self.digits() == 0 {
                return self.no_digit();
            }
        }
        let text = before.get(..before.len().saturating_sub(self.rest.len())).unwrap_or_default();
        self.made(kind, text, start)
    }

    fn no_digit(&self) -> Token {
        self.invalid(&format!("Invalid number, expected digit but got: {}.", self.next_byte()))
    }

    fn next_byte(&self) -> String {
        let next = self.rest.bytes().next();
        next.map_or_else(|| "<EOF>".to_owned(), |byte| format!("\"{}\"", char::from(byte)))
    }

    fn string(&mut self) -> Token {
        self.take(1);
        // The position of a string is that of what it holds.
        let start = self.column;
        let mut text = String::new();
        while let Some(c) = self.rest.chars().next() {
            match c {
                '\n' | '\r' => break,
                '"' => {
                    let token = self.made(Kind::String, &text, start);
                    self.take(1);
                    return token;
                }
                '\\' => {
                    let Some(character) = self.escaped() else {
                        self.take(1);
                        let escape = self.rest.chars().next();
                        let escape = escape.map_or_else(String::new, |escape| format!(": \\{escape}"));
                        return self.invalid(&format!("Invalid character escape sequence{escape}."));
                    };
                    text.push(character);
                }
                c if c < ' ' && c != '\t' => {
                    let code = u32::from(c);
                    return self.invalid(&format!("Invalid character within String: \"\\u{code:04x}\"."));
                }
                c => {
                    self.take(c.len_utf8());
                    text.push(c);
                }
            }
        }
        self.invalid("Unterminated string.")
    }

    /// Takes an escape sequence.
    fn escaped(&mut self) -> Option<char> {
        let character = match self.rest.chars().nth(1)? {
            c @ ('"' | '/' | '\\') => c,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let digits = self.rest.get(2..6).filter(|_| self.rest.len() > 6)?;
                let is_code = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                let code = u32::from_str_radix(digits, 16).ok().filter(|_| is_code)?;
                self.take(6);
                return Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            _ => return None,
        };
        self.take(2);
        Some(character)
    }

    fn block(&mut self) -> Token {
        self.take(3);
        let start = self.column;
        // Tokens have the line that they end on, and columns count from the start of that line: what comes
        // before it makes the column negative.
        let mut before_line = 0_i64;
        let mut text = String::new();
        while let Some(c) = self.rest.chars().next() {
            let quotes = self.rest.bytes().take_while(|byte| *byte == b'"').count();
            if quotes >= 3 {
                text.extend(std::iter::repeat_n('"', quotes.saturating_sub(3)));
                let token = self.made(Kind::Block, &dedented(&text), start.saturating_sub(before_line));
                self.take(quotes);
                return token;
            }
            if self.rest.starts_with("\\\"\"\"") {
                text.push_str("\"\"\"");
                self.take(4);
            } else if c == '\n' || c == '\r' {
                self.take(1);
                if c == '\r' {
                    self.rest = self.rest.strip_prefix('\n').unwrap_or(self.rest);
                }
                text.push('\n');
                self.line = self.line.saturating_add(1);
                before_line = before_line.saturating_add(self.column).saturating_sub(1);
                self.column = 1;
            } else if c < ' ' && c != '\t' {
                let code = u32::from(c);
                return self.invalid(&format!("Invalid character within String: \"\\u{code:04x}\"."));
            } else {
                self.take(c.len_utf8());
                text.push(c);
            }
        }
        self.invalid("Unterminated string.")
    }
}

/// A block string without the white space that all its lines begin with, and without empty lines around it.
fn dedented(text: &str) -> String {
    let indent = |line: &str| line.find(|c| c != ' ' && c != '\t');
    let lines: Vec<&str> = text.split('\n').collect();
    let common = lines.iter().filter_map(|line| indent(line)).min().unwrap_or(0);
    let lines: Vec<&str> = lines
        .iter()
        .enumerate()
        .map(|(index, line)| if index == 0 { line } else { line.get(common..).unwrap_or_default() })
        .collect();
    let first = lines.iter().position(|line| indent(line).is_some());
    let last = lines.iter().rposition(|line| indent(line).is_some());
    match (first, last) {
        (Some(first), Some(last)) => lines.get(first..=last).unwrap_or_default().join("\n"),
        _ => String::new(),
    }
}
