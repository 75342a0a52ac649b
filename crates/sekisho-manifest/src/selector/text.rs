//! The text form of selectors, as `kubectl -l` takes it: `a=b,c!=d,e in (x,y),!f`.

use std::str::FromStr;

use super::{Operator, Requirement, Selector, SelectorError, SelectorErrorKind};
use crate::FieldPath;

impl FromStr for Selector {
    type Err = SelectorError;

    /// Reads the text form; the empty text selects everything.
    fn from_str(text: &str) -> Result<Self, SelectorError> {
        let mut reader = Reader { text, at: 0 };
        reader.selector().map_err(|kind| kind.at(FieldPath::root()))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    Word(&'t str),
    Sign(&'t str),
    End,
}

/// Signs of which none begins another that stands behind it.
const SIGNS: [&str; 9] = ["!=", "==", "=", "!", "(", ")", ",", ">", "<"];

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn selector(&mut self) -> Result<Selector, SelectorErrorKind> {
        let mut requirements = Vec::new();
        if self.peek() == Token::End {
            return Ok(Selector::everything());
        }
        loop {
            requirements.push(self.requirement()?);
            match self.peek() {
                Token::End => return Ok(Selector::new(requirements)),
                Token::Sign(",") => self.take(),
                _ => return Err(self.unexpected("`,` or the end")),
            };
        }
    }

    fn requirement(&mut self) -> Result<Requirement, SelectorErrorKind> {
        let negated = self.accept("!");
        let Token::Word(key) = self.peek() else { return Err(self.unexpected("a label key or `!`")) };
        self.take();
        if negated {
            return Requirement::new::<&str>(key, Operator::DoesNotExist, []);
        }
        let operator = match self.peek() {
            Token::End | Token::Sign(",") => return Requirement::new::<&str>(key, Operator::Exists, []),
            Token::Sign("=" | "==") | Token::Word("in") => Operator::In,
            Token::Sign("!=") | Token::Word("notin") => Operator::NotIn,
            Token::Sign(">") => Operator::GreaterThan,
            Token::Sign("<") => Operator::LessThan,
            _ => return Err(self.unexpected("`=`, `==`, `!=`, `in`, `notin`, `>` or `<`")),
        };
        let values = if let Token::Word(_) = self.take() { self.list()? } else { vec![self.value()?] };
        Requirement::new(key, operator, values)
    }

    /// One value, which may be empty.
    fn value(&mut self) -> Result<&'t str, SelectorErrorKind> {
        match self.peek() {
            Token::End | Token::Sign(",") => Ok(""),
            Token::Word(value) => {
                self.take();
                Ok(value)
            }
            Token::Sign(_) => Err(self.unexpected("a value")),
        }
    }

    /// Values in parentheses; nothing between commas is the empty value.
    fn list(&mut self) -> Result<Vec<&'t str>, SelectorErrorKind> {
        if !self.accept("(") {
            return Err(self.unexpected("`(`"));
        }
        let mut values = Vec::new();
        loop {
            values.push(match self.peek() {
                Token::Word(value) => {
                    self.take();
                    value
                }
                _ => "",
            });
            if self.accept(")") {
                return Ok(values);
            }
            if !self.accept(",") {
                return Err(self.unexpected("`,` or `)`"));
            }
        }
    }

    fn accept(&mut self, sign: &str) -> bool {
        let found = self.peek() == Token::Sign(sign);
        if found {
            self.take();
        }
        found
    }

    fn take(&mut self) -> Token<'t> {
        let (token, end) = self.token();
        self.at = end;
        token
    }

    fn peek(&self) -> Token<'t> {
        self.token().0
    }

    /// The next token and the byte behind it.
    fn token(&self) -> (Token<'t>, usize) {
        let start = self.start();
        let rest = self.text.get(start..).unwrap_or("");
        if rest.is_empty() {
            return (Token::End, start);
        }
        let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign));
        if let Some(sign) = sign {
            return (Token::Sign(sign), start + sign.len());
        }
        let end = rest.find(|letter| "=!(),<> \t\r\n".contains(letter)).unwrap_or(rest.len());
        (Token::Word(rest.get(..end).unwrap_or(rest)), start + end)
    }

    /// The byte at which the next token begins.
    fn start(&self) -> usize {
        let rest = self.text.get(self.at..).unwrap_or("");
        self.at + rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len()
    }

    fn unexpected(&self, expected: &'static str) -> SelectorErrorKind {
        let found = match self.peek() {
            Token::Word(text) | Token::Sign(text) => format!("`{text}`"),
            Token::End => "the end".to_owned(),
        };
        SelectorErrorKind::Syntax { found, at: self.start(), expected }
    }
}
