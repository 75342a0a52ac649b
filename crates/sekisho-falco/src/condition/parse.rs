//! The parser of conditions. It has no words of its own before operators are known: what a name is depends on
//! what stands behind it, and blanks count.

use thiserror::Error;

use super::escape::unescape;
use super::tree::{Condition, FieldRef, Modifier, Operand, Operator, Right, Transformer};

/// How deep the parser goes into itself; an opened parenthesis takes five steps.
pub const MAX_DEPTH: u32 = 100;

/// What is wrong with a condition.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{message}")]
pub struct ConditionError {
    /// What is wrong.
    pub message: String,
    /// The byte of the text where it is.
    pub at: usize,
}

/// Parses a condition.
pub fn parse(text: &str) -> Result<Condition, ConditionError> {
    parse_within(text, MAX_DEPTH)
}

/// Parses a condition that may be nested as deep as this.
pub fn parse_within(text: &str, depth: u32) -> Result<Condition, ConditionError> {
    let mut parser = Parser::new(text, depth);
    if text.is_empty() {
        return Err(parser.error("the condition is empty"));
    }
    let condition = parser.any()?;
    if parser.at < text.len() {
        return Err(parser.error(format!("expected `and` or `or` behind `{}`", parser.last_word())));
    }
    Ok(condition)
}

/// Parses the longest field or transformer at the front of an output's text; also how many bytes it takes.
pub(crate) fn parse_output_field(text: &str) -> Result<(Operand, usize), ConditionError> {
    let mut parser = Parser::new(text, MAX_DEPTH);
    let operand = match parser.field()? {
        Some(field) => field,
        None => match parser.transformed(false)? {
            Some(operand) => operand,
            None => return Err(parser.error("expected a field or a transformer")),
        },
    };
    Ok((operand, parser.at))
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
    max_depth: u32,
}

/// Operators as the text has them, in the order in which they are tried; whether a blank must follow.
const UNARY: &str = "exists";
const NUMERIC: &[(&str, Operator)] = &[
    ("<=", Operator::LessOrEqual),
    ("<", Operator::Less),
    (">=", Operator::GreaterOrEqual),
    (">", Operator::Greater),
];
const SYMBOLS: &[(&str, Operator)] =
    &[("==", Operator::Equal), ("=", Operator::Equal), ("!=", Operator::NotEqual)];
const WORDS: &[Operator] = &[
    Operator::Glob,
    Operator::GlobAnyCase,
    Operator::Contains,
    Operator::ContainsAnyCase,
    Operator::ContainsBytes,
    Operator::StartsWith,
    Operator::StartsWithBytes,
    Operator::EndsWith,
    Operator::Regex,
];
const LISTS: &[Operator] = &[Operator::Intersects, Operator::In, Operator::PathMatch];

impl<'a> Parser<'a> {
    fn new(text: &'a str, max_depth: u32) -> Self {
        Self { text, at: 0, depth: 0, max_depth }
    }

    fn error(&self, message: impl Into<String>) -> ConditionError {
        ConditionError { message: message.into(), at: self.at }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// What stands before the place, for messages.
    fn last_word(&self) -> &'a str {
        let before = self.text.get(..self.at).unwrap_or_default().trim_end();
        before.rsplit(char::is_whitespace).next().unwrap_or_default()
    }

    /// Goes one step deeper for as long as `parse` runs.
    fn deeper<T>(
        &mut self,
        parse: impl FnOnce(&mut Self) -> Result<T, ConditionError>,
    ) -> Result<T, ConditionError> {
        self.depth += 1;
        if self.depth >= self.max_depth {
            return Err(self.error(format!("the condition is nested deeper than {}", self.max_depth)));
        }
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    // Conditions.

    fn any(&mut self) -> Result<Condition, ConditionError> {
        self.deeper(|parser| {
            let mut children = parser.joined("or", Self::all)?;
            Ok(if children.len() > 1 { Condition::Or(children) } else { only(&mut children) })
        })
    }

    fn all(&mut self) -> Result<Condition, ConditionError> {
        self.deeper(|parser| {
            let mut children = parser.joined("and", Self::negated)?;
            Ok(if children.len() > 1 { Condition::And(children) } else { only(&mut children) })
        })
    }

    fn joined(
        &mut self,
        word: &str,
        part: impl Fn(&mut Self) -> Result<Condition, ConditionError>,
    ) -> Result<Vec<Condition>, ConditionError> {
        self.blank();
        let mut children = vec![part(self)?];
        self.blank();
        while self.eat(word) {
            let child = if self.blank() {
                part(self)?
            } else if self.eat("(") {
                self.embedded()?
            } else {
                return Err(self.error(format!("expected a blank or `(` behind `{word}`")));
            };
            children.push(child);
            self.blank();
        }
        Ok(children)
    }

    fn negated(&mut self) -> Result<Condition, ConditionError> {
        self.deeper(|parser| {
            parser.blank();
            let mut is_negated = false;
            while parser.eat_word("not") {
                is_negated = !is_negated;
            }
            let child = if parser.eat("not(") {
                is_negated = !is_negated;
                parser.embedded()?
            } else {
                parser.check()?
            };
            Ok(if is_negated { Condition::Not(Box::new(child)) } else { child })
        })
    }

    /// What follows an opened parenthesis.
    fn embedded(&mut self) -> Result<Condition, ConditionError> {
        self.deeper(|parser| {
            parser.blank();
            let child = parser.any()?;
            parser.blank();
            if parser.eat(")") { Ok(child) } else { Err(parser.error("expected `)`")) }
        })
    }

    fn check(&mut self) -> Result<Condition, ConditionError> {
        self.deeper(|parser| {
            parser.blank();
            let at = parser.at;
            if parser.eat("(") {
                return parser.embedded();
            }
            let left = match parser.field()? {
                Some(field) => Some(field),
                None => parser.transformed(false)?,
            };
            if let Some(left) = left {
                return parser.comparison(left, at);
            }
            match parser.identifier() {
                Some(name) => Ok(Condition::Macro { name: name.to_owned(), at }),
                None => Err(parser.error("expected `(`, a field, a transformer or the name of a macro")),
            }
        })
    }

    fn comparison(&mut self, left: Operand, at: usize) -> Result<Condition, ConditionError> {
        self.deeper(|parser| {
            parser.blank();
            if parser.eat(UNARY) {
                return Ok(Condition::Exists { left, at });
            }
            let (operator, modifier, right) = parser.right_hand_side()?;
            Ok(Condition::Check { left, operator, modifier, right, at })
        })
    }

    fn right_hand_side(&mut self) -> Result<(Operator, Option<Modifier>, Right), ConditionError> {
        if let Some((_, operator)) = NUMERIC.iter().find(|(word, _)| self.eat(word)) {
            return Ok((*operator, None, self.number()?));
        }
        let symbol = SYMBOLS.iter().find(|(word, _)| self.eat(word)).map(|(_, operator)| *operator);
        let word = || WORDS.iter().copied().find(|operator| self.eat_blank(operator.word()));
        let (operator, had_blank) = match symbol {
            Some(symbol) => (Some(symbol), self.blank()),
            None => (word_of(word), true),
        };
        if let Some(operator) = operator {
            let before = self.at;
            let modifier =
                Modifier::ALL.iter().copied().find(|word| had_blank && self.eat_blank(word.word()));
            if let Some(modifier) = modifier
                && self.list_follows()
            {
                return Ok((operator, Some(modifier), self.list(false)?));
            }
            self.at = before;
            return Ok((operator, None, self.text_value()?));
        }
        if let Some(operator) = LISTS.iter().copied().find(|operator| self.eat(operator.word())) {
            return Ok((operator, None, self.list(true)?));
        }
        let known: Vec<_> = Operator::ALL
            .iter()
            .map(|operator| operator.word())
            .filter(|word| Operator::written(word).is_some())
            .collect();
        Err(self.error(format!("expected an operator: one of exists {}", known.join(" "))))
    }

    /// Whether a list or the name of one follows, and no keyword.
    fn list_follows(&self) -> bool {
        let rest = self.rest();
        let is_keyword = ["and", "or", "not"].iter().any(|word| {
            rest.strip_prefix(word)
                .is_some_and(|behind| !behind.starts_with(|next: char| next.is_ascii_alphanumeric()))
        });
        rest.starts_with('(') || (rest.starts_with(|first: char| first.is_ascii_alphabetic()) && !is_keyword)
    }

    fn number(&mut self) -> Result<Right, ConditionError> {
        self.deeper(|parser| {
            parser.blank();
            if let Some(operand) = parser.transformed(true)? {
                return Ok(Right::Operand(operand));
            }
            match parser.numeral() {
                Some(number) => Ok(Right::Value(number.as_bytes().to_vec())),
                None => Err(parser.error("expected a number or a field in a transformer such as `val(…)`")),
            }
        })
    }

    fn text_value(&mut self) -> Result<Right, ConditionError> {
        self.deeper(|parser| {
            parser.blank();
            if let Some(operand) = parser.transformed(true)? {
                return Ok(Right::Operand(operand));
            }
            match parser.text()? {
                Some(text) => Ok(Right::Value(text)),
                None => Err(parser.error("expected a text or a field in a transformer such as `val(…)`")),
            }
        })
    }

    fn list(&mut self, or_operand: bool) -> Result<Right, ConditionError> {
        self.deeper(|parser| {
            parser.blank();
            if parser.eat("(") {
                return parser.list_items().map(Right::List);
            }
            if or_operand && let Some(operand) = parser.transformed(true)? {
                return Ok(Right::Operand(operand));
            }
            match parser.identifier() {
                Some(name) => Ok(Right::Value(name.as_bytes().to_vec())),
                None => Err(parser.error("expected a list in parentheses or the name of one")),
            }
        })
    }

    fn list_items(&mut self) -> Result<Vec<Vec<u8>>, ConditionError> {
        let mut items = Vec::new();
        self.blank();
        // An item that cannot be read where the first is due means an empty list, which must then end.
        let before = self.at;
        match self.text() {
            Ok(Some(first)) => {
                items.push(first);
                self.blank();
                while self.eat(",") {
                    self.blank();
                    match self.text()? {
                        Some(item) => items.push(item),
                        None => return Err(self.error("expected a text")),
                    }
                    self.blank();
                }
            }
            Ok(None) => {}
            Err(_) => self.at = before,
        }
        if self.eat(")") { Ok(items) } else { Err(self.error("expected `)` or `,` in the list")) }
    }

    // Operands.

    fn field(&mut self) -> Result<Option<Operand>, ConditionError> {
        let Some(name) = self.field_name() else { return Ok(None) };
        let argument = self.deeper(Self::argument)?;
        Ok(Some(Operand::Field(FieldRef { name: name.to_owned(), argument })))
    }

    fn argument(&mut self) -> Result<Option<Vec<u8>>, ConditionError> {
        if !self.eat("[") {
            return Ok(None);
        }
        let argument = match self.quoted()? {
            Some(text) => Some(text),
            None => self.span(|byte| !matches!(byte, b'[' | b']' | b'"' | b'\'') && !is_space(byte)),
        };
        let Some(argument) = argument else {
            return Err(self.error("expected an argument in the brackets, quoted or not"));
        };
        if self.eat("]") { Ok(Some(argument)) } else { Err(self.error("expected `]`")) }
    }

    /// A transformer with its arguments; with `or_value` also `val(…)`, which takes a field alone.
    fn transformed(&mut self, or_value: bool) -> Result<Option<Operand>, ConditionError> {
        self.deeper(|parser| {
            if or_value {
                parser.blank();
                if parser.eat("val(") {
                    parser.blank();
                    let Some(field) = parser.field()? else {
                        return Err(parser.error("expected a field in `val(…)`"));
                    };
                    parser.blank();
                    return parser.closed(Transformer::Value, vec![field]).map(Some);
                }
            }
            let mut known = Transformer::ALL.iter().copied().filter(|known| *known != Transformer::Value);
            let Some(transformer) = known.find(|known| parser.eat_call(known.word())) else {
                return Ok(None);
            };
            let mut arguments = Vec::new();
            loop {
                parser.blank();
                arguments.push(parser.transformer_argument(true)?);
                parser.blank();
                if !parser.eat(",") {
                    break;
                }
            }
            parser.closed(transformer, arguments).map(Some)
        })
    }

    fn closed(
        &mut self,
        transformer: Transformer,
        arguments: Vec<Operand>,
    ) -> Result<Operand, ConditionError> {
        if !self.eat(")") {
            return Err(self.error(format!("expected `)` that closes `{}(`", transformer.word())));
        }
        let argument = self.argument()?;
        Ok(Operand::Transformed { transformer, arguments, argument })
    }

    fn transformer_argument(&mut self, or_list: bool) -> Result<Operand, ConditionError> {
        self.deeper(|parser| {
            if let Some(number) = parser.numeral() {
                return Ok(Operand::Constant(number.as_bytes().to_vec()));
            }
            if let Some(text) = parser.quoted()? {
                return Ok(Operand::Constant(text));
            }
            if or_list && parser.eat("(") {
                return parser.transformer_list();
            }
            if let Some(operand) = parser.transformed(false)? {
                return Ok(operand);
            }
            match parser.field()? {
                Some(field) => Ok(field),
                None => Err(parser.error("expected a field, a transformer, a quoted text or a number")),
            }
        })
    }

    fn transformer_list(&mut self) -> Result<Operand, ConditionError> {
        let mut items = Vec::new();
        self.blank();
        if self.eat(")") {
            return Ok(Operand::List(items));
        }
        loop {
            items.push(self.transformer_argument(false)?);
            self.blank();
            if !self.eat(",") {
                break;
            }
            self.blank();
        }
        if self.eat(")") {
            Ok(Operand::List(items))
        } else {
            Err(self.error("expected `)` or `,` in the list"))
        }
    }

    // Tokens.

    fn blank(&mut self) -> bool {
        let rest = self.rest();
        let trimmed = rest.trim_start_matches([' ', '\t', '\u{8}', '\r', '\n']);
        self.at += rest.len() - trimmed.len();
        rest.len() > trimmed.len()
    }

    fn eat(&mut self, token: &str) -> bool {
        let is_here = self.rest().starts_with(token);
        if is_here {
            self.at += token.len();
        }
        is_here
    }

    /// A word with an opened parenthesis right behind it.
    fn eat_call(&mut self, word: &str) -> bool {
        let is_here = self.rest().strip_prefix(word).is_some_and(|behind| behind.starts_with('('));
        if is_here {
            self.at += word.len() + 1;
        }
        is_here
    }

    /// A word and the blanks that must follow it.
    fn eat_blank(&mut self, word: &str) -> bool {
        let before = self.at;
        if self.eat(word) && self.blank() {
            return true;
        }
        self.at = before;
        false
    }

    /// A word and the white space that must follow it, of any kind.
    fn eat_word(&mut self, word: &str) -> bool {
        let Some(behind) = self.rest().strip_prefix(word) else { return false };
        let blanks = behind.bytes().take_while(|byte| is_space(*byte)).count();
        if blanks > 0 {
            self.at += word.len() + blanks;
        }
        blanks > 0
    }

    fn span(&mut self, is_part: impl Fn(u8) -> bool) -> Option<Vec<u8>> {
        let taken: Vec<u8> = self.rest().bytes().take_while(|byte| is_part(*byte)).collect();
        self.at += taken.len();
        Some(taken).filter(|taken| !taken.is_empty())
    }

    fn identifier(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let length = name_length(rest);
        self.at += length;
        rest.get(..length).filter(|name| !name.is_empty())
    }

    fn field_name(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let mut length = name_length(rest);
        let mut parts = u32::from(length > 0);
        while parts > 0 {
            let Some(behind) = rest.get(length..).and_then(|behind| behind.strip_prefix('.')) else { break };
            let part = name_length(behind);
            if part == 0 {
                break;
            }
            length += 1 + part;
            parts += 1;
        }
        if parts < 2 {
            return None;
        }
        self.at += length;
        rest.get(..length)
    }

    fn numeral(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let length = hexadecimal_length(rest).or_else(|| decimal_length(rest))?;
        self.at += length;
        rest.get(..length)
    }

    fn text(&mut self) -> Result<Option<Vec<u8>>, ConditionError> {
        if let Some(text) = self.quoted()? {
            return Ok(Some(text));
        }
        Ok(self.span(|byte| !matches!(byte, b'(' | b')' | b'"' | b'\'' | b'=' | b',') && !is_space(byte)))
    }

    /// A quoted string. One that is never closed is none.
    fn quoted(&mut self) -> Result<Option<Vec<u8>>, ConditionError> {
        let bytes = self.rest().as_bytes();
        let Some(quote) = bytes.first().copied().filter(|first| matches!(first, b'"' | b'\'')) else {
            return Ok(None);
        };
        let mut previous = b'\\';
        let closing = bytes.iter().position(|byte| {
            let is_closing = *byte == quote && previous != b'\\';
            previous = *byte;
            is_closing
        });
        let Some(quoted) = closing.and_then(|closing| bytes.get(..=closing)) else { return Ok(None) };
        self.at += quoted.len();
        unescape(quoted).map(Some).map_err(|message| self.error(message))
    }
}

fn word_of(find: impl FnOnce() -> Option<Operator>) -> Option<Operator> {
    find()
}

fn only(children: &mut Vec<Condition>) -> Condition {
    children.pop().unwrap_or(Condition::Or(Vec::new()))
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0B | 0x0C | b'\r')
}

fn name_length(text: &str) -> usize {
    if !text.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return 0;
    }
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count()
}

fn hexadecimal_length(text: &str) -> Option<usize> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?;
    let count = digits.bytes().take_while(u8::is_ascii_hexdigit).count();
    (count > 0).then_some(count + 2)
}

fn decimal_length(text: &str) -> Option<usize> {
    let digits =
        |from: usize| text.get(from..).unwrap_or_default().bytes().take_while(u8::is_ascii_digit).count();
    let sign = usize::from(text.starts_with(['+', '-']));
    let whole = digits(sign);
    if whole == 0 {
        return None;
    }
    let mut length = sign + whole;
    if text.get(length..).is_some_and(|behind| behind.starts_with('.')) {
        length += 1 + digits(length + 1);
    }
    let mut behind = text.get(length..).unwrap_or_default().bytes();
    if matches!(behind.next(), Some(b'e' | b'E')) && matches!(behind.next(), Some(b'+' | b'-')) {
        let exponent = digits(length + 2);
        if exponent > 0 {
            length += 2 + exponent;
        }
    }
    Some(length)
}
