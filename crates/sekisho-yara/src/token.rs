//! Words and signs of rules.

use crate::error::SyntaxError;

/// A word or sign.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    /// A name or a word of the language.
    Word(String),
    /// `$name`, `#name`, `@name` or `!name`, the name with the `*` behind it where there is one.
    String(char, String),
    Integer(i64),
    Float(f64),
    Text(Vec<u8>),
    /// A regular expression, and its flags `i` and `s`.
    Regex(String, bool, bool),
    Sign(&'static str),
    End,
}

/// Signs, the longer before the shorter.
const SIGNS: [&str; 29] = [
    "..", "==", "!=", "<=", ">=", "<<", ">>", "<", ">", "=", "(", ")", "[", "]", "{", "}", ":", ",", ".",
    "+", "-", "*", "\\", "%", "&", "|", "^", "~", "?",
];
/// The longest text or expression.
const LONGEST: usize = 1 << 16;

/// Reads tokens one after the other.
#[derive(Clone)]
pub(crate) struct Lexer<'t> {
    text: &'t [u8],
    at: usize,
    /// The line of the token that was read last.
    pub(crate) line: usize,
    counted: usize,
}

impl<'t> Lexer<'t> {
    pub(crate) fn new(text: &'t [u8]) -> Self {
        Self { text, at: 0, line: 1, counted: 0 }
    }

    pub(crate) fn error(&self, reason: impl Into<String>) -> SyntaxError {
        SyntaxError { line: self.line, reason: reason.into() }
    }

    fn rest(&self) -> &'t [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at.saturating_add(ahead)).copied()
    }

    fn blanks(&mut self) -> Result<(), SyntaxError> {
        loop {
            let rest = self.rest();
            if rest.first().is_some_and(u8::is_ascii_whitespace) {
                self.at += 1;
            } else if rest.starts_with(b"//") {
                self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            } else if rest.starts_with(b"/*") {
                let end = memchr::memmem::find(rest, b"*/");
                self.at += end.ok_or_else(|| self.error("a comment has no end"))? + 2;
            } else {
                let passed = self.text.get(self.counted..self.at).unwrap_or_default();
                self.line += memchr::memchr_iter(b'\n', passed).count();
                self.counted = self.at;
                return Ok(());
            }
        }
    }

    pub(crate) fn next(&mut self) -> Result<Token, SyntaxError> {
        self.blanks()?;
        let Some(first) = self.byte(0) else { return Ok(Token::End) };
        match first {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => Ok(Token::Word(self.word())),
            b'0'..=b'9' => self.number(),
            b'"' => self.quoted(),
            b'/' => self.regex(),
            b'$' | b'#' | b'@' => Ok(self.string(first)),
            b'!' if self.byte(1) != Some(b'=') => Ok(self.string(first)),
            _ => {
                let rest = self.rest();
                let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign.as_bytes()));
                let sign = sign.ok_or_else(|| {
                    self.error(format!("`{}` belongs to no rule", char::from(first).escape_default()))
                })?;
                self.at += sign.len();
                Ok(Token::Sign(sign))
            }
        }
    }

    fn word(&mut self) -> String {
        let rest = self.rest();
        let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let end = rest.iter().position(|byte| !is_of_word(byte)).unwrap_or(rest.len());
        self.at += end;
        String::from_utf8_lossy(rest.get(..end).unwrap_or_default()).into_owned()
    }

    fn string(&mut self, sign: u8) -> Token {
        self.at += 1;
        let mut name = self.word();
        if sign == b'$' && self.byte(0) == Some(b'*') {
            self.at += 1;
            name.push('*');
        }
        Token::String(char::from(sign), name)
    }

    fn number(&mut self) -> Result<Token, SyntaxError> {
        let digits = self.word();
        let is_float = self.byte(0) == Some(b'.') && self.byte(1).is_some_and(|byte| byte.is_ascii_digit());
        if is_float {
            self.at += 1;
            let text = format!("{digits}.{}", self.word());
            let value = text.parse().map_err(|_| self.error(format!("`{text}` is no number")))?;
            return Ok(Token::Float(value));
        }
        let radix = |digits: &str, radix| i64::from_str_radix(digits, radix).ok();
        let times = |digits: &str, by: i64| digits.parse::<i64>().ok()?.checked_mul(by);
        let value = if let Some(digits) = digits.strip_prefix("0x") {
            radix(digits, 16)
        } else if let Some(digits) = digits.strip_prefix("0o") {
            radix(digits, 8)
        } else if let Some(digits) = digits.strip_suffix("KB") {
            times(digits, 1 << 10)
        } else if let Some(digits) = digits.strip_suffix("MB") {
            times(digits, 1 << 20)
        } else {
            digits.parse().ok()
        };
        value.map(Token::Integer).ok_or_else(|| self.error(format!("`{digits}` is no number")))
    }

    fn quoted(&mut self) -> Result<Token, SyntaxError> {
        self.at += 1;
        let mut text = Vec::new();
        loop {
            let byte = self.byte(0).ok_or_else(|| self.error("a text has no end"))?;
            self.at += 1;
            match byte {
                b'"' => return Ok(Token::Text(text)),
                b'\n' => return Err(self.error("a text has no end")),
                b'\\' => {
                    let escape = self.byte(0).unwrap_or_default();
                    self.at += 1;
                    text.push(match escape {
                        b'"' | b'\\' => escape,
                        b't' => b'\t',
                        b'n' => b'\n',
                        b'r' => b'\r',
                        b'x' => {
                            let digits = self.rest().get(..2).unwrap_or_default();
                            self.at += digits.len();
                            let digits = std::str::from_utf8(digits).ok();
                            let value = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
                            value.ok_or_else(|| self.error("two hexadecimal digits belong behind `\\x`"))?
                        }
                        _ => return Err(self.error("`\\` stands before a character that it does not escape")),
                    });
                }
                _ => text.push(byte),
            }
            if text.len() > LONGEST {
                return Err(self.error(format!("a text is longer than {LONGEST} bytes, the limit")));
            }
        }
    }

    fn regex(&mut self) -> Result<Token, SyntaxError> {
        self.at += 1;
        let mut text = Vec::new();
        loop {
            let byte = self.byte(0).filter(|byte| *byte != b'\n');
            let byte = byte.ok_or_else(|| self.error("a regular expression has no end"))?;
            self.at += 1;
            match byte {
                b'/' => break,
                b'\\' if self.byte(0) == Some(b'/') => {
                    self.at += 1;
                    text.push(b'/');
                }
                b'\\' => {
                    text.push(byte);
                    text.extend(self.byte(0));
                    self.at += 1;
                }
                _ => text.push(byte),
            }
            if text.len() > LONGEST {
                return Err(
                    self.error(format!("a regular expression is longer than {LONGEST} bytes, the limit"))
                );
            }
        }
        let (mut any_case, mut dot_all) = (false, false);
        loop {
            match self.byte(0) {
                Some(b'i') => any_case = true,
                Some(b's') => dot_all = true,
                _ => break,
            }
            self.at += 1;
        }
        let text = String::from_utf8(text).map_err(|_| self.error("a regular expression is no UTF-8"))?;
        Ok(Token::Regex(text, any_case, dot_all))
    }

    /// What stands up to the `}` that ends a string of hexadecimal digits, without comments.
    pub(crate) fn hexadecimal(&mut self) -> Result<Vec<u8>, SyntaxError> {
        let mut text = Vec::new();
        loop {
            self.blanks()?;
            let byte = self.byte(0).ok_or_else(|| self.error("a string of bytes has no end"))?;
            self.at += 1;
            if byte == b'}' {
                return Ok(text);
            }
            text.push(byte);
            if text.len() > LONGEST {
                return Err(self.error(format!("a string is longer than {LONGEST} digits, the limit")));
            }
        }
    }
}
