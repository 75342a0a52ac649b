//! Text to tokens.

use sekisho_manifest::{Budget, Format, SourceId, load};
use smol_str::SmolStr;

use super::error::JmespathError;
use crate::value::Value;

/// A token of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Unknown,
    Star,
    Dot,
    Filter,
    Flatten,
    LeftParenthesis,
    RightParenthesis,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    Or,
    Pipe,
    /// Its digits, which may still be none.
    Number(SmolStr),
    Identifier(SmolStr),
    QuotedIdentifier(SmolStr),
    Comma,
    Colon,
    Less,
    LessEqual,
    More,
    MoreEqual,
    Equal,
    NotEqual,
    Json(SmolStr),
    Text(SmolStr),
    Current,
    Reference,
    And,
    Not,
    End,
}

impl Token {
    /// How strongly it binds what stands before it.
    pub(super) fn power(&self) -> u8 {
        match self {
            Self::Pipe => 1,
            Self::Or => 2,
            Self::And => 3,
            Self::Equal | Self::NotEqual | Self::Less | Self::LessEqual | Self::More | Self::MoreEqual => 5,
            Self::Flatten => 9,
            Self::Star => 20,
            Self::Filter => 21,
            Self::Dot => 40,
            Self::Not => 45,
            Self::LeftBrace => 50,
            Self::LeftBracket => 55,
            Self::LeftParenthesis => 60,
            _ => 0,
        }
    }

    /// The name that messages use.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Unknown => "tUnknown",
            Self::Star => "tStar",
            Self::Dot => "tDot",
            Self::Filter => "tFilter",
            Self::Flatten => "tFlatten",
            Self::LeftParenthesis => "tLparen",
            Self::RightParenthesis => "tRparen",
            Self::LeftBracket => "tLbracket",
            Self::RightBracket => "tRbracket",
            Self::LeftBrace => "tLbrace",
            Self::RightBrace => "tRbrace",
            Self::Or => "tOr",
            Self::Pipe => "tPipe",
            Self::Number(_) => "tNumber",
            Self::Identifier(_) => "tUnquotedIdentifier",
            Self::QuotedIdentifier(_) => "tQuotedIdentifier",
            Self::Comma => "tComma",
            Self::Colon => "tColon",
            Self::Less => "tLT",
            Self::LessEqual => "tLTE",
            Self::More => "tGT",
            Self::MoreEqual => "tGTE",
            Self::Equal => "tEQ",
            Self::NotEqual => "tNE",
            Self::Json(_) => "tJSONLiteral",
            Self::Text(_) => "tStringLiteral",
            Self::Current => "tCurrent",
            Self::Reference => "tExpref",
            Self::And => "tAnd",
            Self::Not => "tNot",
            Self::End => "tEOF",
        }
    }
}

/// Cuts an expression into tokens; the last one is the end.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, JmespathError> {
    let mut lexer = Lexer { rest: text };
    let mut tokens = Vec::new();
    while let Some(letter) = lexer.next() {
        let token = match letter {
            ' ' | '\t' | '\n' | '\r' => continue,
            '.' => Token::Dot,
            '*' => Token::Star,
            ',' => Token::Comma,
            ':' => Token::Colon,
            '{' => Token::LeftBrace,
            '}' => Token::RightBrace,
            ']' => Token::RightBracket,
            '(' => Token::LeftParenthesis,
            ')' => Token::RightParenthesis,
            '@' => Token::Current,
            '[' if lexer.take('?') => Token::Filter,
            '[' if lexer.take(']') => Token::Flatten,
            '[' => Token::LeftBracket,
            '|' if lexer.take('|') => Token::Or,
            '|' => Token::Pipe,
            '<' if lexer.take('=') => Token::LessEqual,
            '<' => Token::Less,
            '>' if lexer.take('=') => Token::MoreEqual,
            '>' => Token::More,
            '!' if lexer.take('=') => Token::NotEqual,
            '!' => Token::Not,
            '=' if lexer.take('=') => Token::Equal,
            '=' => Token::Unknown,
            '&' if lexer.take('&') => Token::And,
            '&' => Token::Reference,
            '"' => lexer.quoted_identifier()?,
            '\'' => lexer.text()?,
            '`' => Token::Json(lexer.until('`')?.replace("\\`", "`").into()),
            'a'..='z' | 'A'..='Z' | '_' => {
                Token::Identifier(lexer.run(letter, |letter| letter.is_ascii_alphanumeric() || letter == '_'))
            }
            '-' | '0'..='9' => Token::Number(lexer.run(letter, |letter| letter.is_ascii_digit())),
            other => {
                return Err(JmespathError::Syntax(format!("Unknown char: {}", quoted(other))));
            }
        };
        tokens.push(token);
    }
    tokens.push(Token::End);
    Ok(tokens)
}

struct Lexer<'t> {
    rest: &'t str,
}

impl<'t> Lexer<'t> {
    fn next(&mut self) -> Option<char> {
        let mut letters = self.rest.chars();
        let letter = letters.next()?;
        self.rest = letters.as_str();
        Some(letter)
    }

    fn take(&mut self, wanted: char) -> bool {
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// The letter that was read and those behind it that belong to it.
    fn run(&mut self, first: char, belongs: fn(char) -> bool) -> SmolStr {
        let end = self.rest.find(|letter| !belongs(letter)).unwrap_or(self.rest.len());
        let (run, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        std::iter::once(first).chain(run.chars()).collect()
    }

    /// The text up to a delimiter; a backslash takes the next character with it.
    fn until(&mut self, end: char) -> Result<&'t str, JmespathError> {
        let text = self.rest;
        let mut letters = text.char_indices();
        while let Some((place, letter)) = letters.next() {
            if letter == end {
                self.rest = letters.as_str();
                return Ok(text.get(..place).unwrap_or(""));
            }
            if letter == '\\' {
                letters.next();
            }
        }
        Err(JmespathError::Syntax(format!("Unclosed delimiter: {end}")))
    }

    fn quoted_identifier(&mut self) -> Result<Token, JmespathError> {
        let text = self.until('"')?;
        match json(&format!("\"{text}\""))? {
            Value::String(name) => Ok(Token::QuotedIdentifier(name)),
            _ => Err(JmespathError::Literal(format!("`{text}` is no identifier"))),
        }
    }

    /// A text in single quotes: only the quote can be escaped.
    fn text(&mut self) -> Result<Token, JmespathError> {
        let mut text = String::new();
        let mut letters = self.rest.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '\'' => {
                    self.rest = letters.as_str();
                    return Ok(Token::Text(text.into()));
                }
                '\\' if letters.as_str().starts_with('\'') => {
                    letters.next();
                    text.push('\'');
                }
                other => text.push(other),
            }
        }
        Err(JmespathError::Syntax("Unclosed delimiter: '".to_owned()))
    }
}

/// Reads JSON as Go's plain decoder does: every number is a float.
pub(crate) fn json(text: &str) -> Result<Value, JmespathError> {
    let budget = Budget { depth: 500, ..Budget::default() };
    let loaded = load(SourceId(0), text, Format::Json, &budget);
    match (loaded.errors.first(), loaded.documents.as_slice()) {
        (None, [document]) => Ok(Value::from_node(&document.root).with_floats()),
        // A document that is null counts as none.
        (None, []) if text.trim() == "null" => Ok(Value::Null),
        (None, []) => Err(JmespathError::Literal("unexpected end of JSON input".to_owned())),
        (Some(error), _) => Err(JmespathError::Literal(error.to_string())),
        (None, _) => Err(JmespathError::Literal("invalid character after top-level value".to_owned())),
    }
}

/// A character as Go quotes it in ASCII.
fn quoted(letter: char) -> String {
    match u32::from(letter) {
        _ if matches!(letter, '\'' | '\\') => format!("'\\{letter}'"),
        0x20..0x7f => format!("'{letter}'"),
        code @ 0..0x80 => format!("'\\x{code:02x}'"),
        code @ 0..0x1_0000 => format!("'\\u{code:04x}'"),
        code => format!("'\\U{code:08x}'"),
    }
}
