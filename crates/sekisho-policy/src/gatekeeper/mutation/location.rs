//! Where a mutator writes: `spec.containers[name: *].image`.

use std::fmt;
use std::iter::Peekable;
use std::str::CharIndices;

use smol_str::SmolStr;

/// The most steps of a location.
const LONGEST: usize = 128;

/// One step of a location.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    /// A field of an object.
    Field(SmolStr),
    /// Items of a list, by the value of one of their fields.
    Items {
        /// The field.
        key: SmolStr,
        /// Its value; none: every item.
        value: Option<KeyValue>,
    },
}

/// The value of the field that tells items apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum KeyValue {
    /// A text.
    Text(SmolStr),
    /// A whole number.
    Number(i64),
}

/// Why a text is no location.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LocationError {
    /// Something stands where something else is needed.
    #[error("expected {wanted} at character {at}")]
    Unexpected {
        /// What is needed.
        wanted: &'static str,
        /// The character, from 1.
        at: usize,
    },
    /// A quote is not closed.
    #[error("the text that begins at character {at} is not closed")]
    Unclosed {
        /// The character, from 1.
        at: usize,
    },
    /// A number does not fit 64 bits.
    #[error("the number at character {at} is too large")]
    NumberTooLarge {
        /// The character, from 1.
        at: usize,
    },
    /// It has too many steps.
    #[error("a location has at most {LONGEST} steps")]
    TooLong,
}

/// Reads a location; empty: no steps.
pub(crate) fn parse(text: &str) -> Result<Vec<Step>, LocationError> {
    let mut reader = Reader { characters: text.char_indices().peekable(), text };
    let mut steps = Vec::new();
    reader.skip_space();
    if reader.at_end() {
        return Ok(steps);
    }
    loop {
        steps.push(Step::Field(reader.name("a field name")?));
        reader.skip_space();
        if reader.take('[') {
            steps.push(reader.items()?);
            reader.skip_space();
        }
        if steps.len() > LONGEST {
            return Err(LocationError::TooLong);
        }
        if reader.at_end() {
            return Ok(steps);
        }
        reader.demand('.', "`.` or the end")?;
        reader.skip_space();
    }
}

struct Reader<'a> {
    characters: Peekable<CharIndices<'a>>,
    text: &'a str,
}

impl Reader<'_> {
    fn at_end(&mut self) -> bool {
        self.characters.peek().is_none()
    }

    fn skip_space(&mut self) {
        while self.characters.next_if(|(_, c)| matches!(c, ' ' | '\t' | '\r' | '\n')).is_some() {}
    }

    /// The character that comes next, counted from 1.
    fn place(&mut self) -> usize {
        let offset = self.characters.peek().map_or(self.text.len(), |(offset, _)| *offset);
        self.text.get(..offset).map_or(0, |before| before.chars().count()) + 1
    }

    fn take(&mut self, wanted: char) -> bool {
        self.characters.next_if(|(_, c)| *c == wanted).is_some()
    }

    fn demand(&mut self, wanted: char, name: &'static str) -> Result<(), LocationError> {
        if self.take(wanted) { Ok(()) } else { Err(self.unexpected(name)) }
    }

    fn unexpected(&mut self, wanted: &'static str) -> LocationError {
        LocationError::Unexpected { wanted, at: self.place() }
    }

    /// What stands in brackets: a key, a colon, and a value or `*`.
    fn items(&mut self) -> Result<Step, LocationError> {
        self.skip_space();
        let key = self.name("the field that tells items apart")?;
        self.skip_space();
        self.demand(':', "`:`")?;
        self.skip_space();
        let value = if self.take('*') { None } else { Some(self.key_value()?) };
        self.skip_space();
        self.demand(']', "`]`")?;
        Ok(Step::Items { key, value })
    }

    fn key_value(&mut self) -> Result<KeyValue, LocationError> {
        if self.characters.peek().is_some_and(|(_, c)| c.is_ascii_digit()) {
            let at = self.place();
            let digits = self.while_in(|c| c.is_ascii_digit());
            return digits.parse().map(KeyValue::Number).map_err(|_| LocationError::NumberTooLarge { at });
        }
        self.name("a value or `*`").map(KeyValue::Text)
    }

    /// A word, or a text in quotes. A word cannot begin with a digit.
    fn name(&mut self, wanted: &'static str) -> Result<SmolStr, LocationError> {
        match self.characters.peek().map(|(_, c)| *c) {
            Some(quote @ ('"' | '\'')) => self.quoted(quote),
            Some(c) if is_word(c) && !c.is_ascii_digit() => Ok(self.while_in(is_word)),
            _ => Err(self.unexpected(wanted)),
        }
    }

    fn while_in(&mut self, is_in: impl Fn(char) -> bool) -> SmolStr {
        let mut found = String::new();
        while let Some((_, c)) = self.characters.next_if(|(_, c)| is_in(*c)) {
            found.push(c);
        }
        found.into()
    }

    fn quoted(&mut self, quote: char) -> Result<SmolStr, LocationError> {
        let at = self.place();
        self.characters.next();
        let mut found = String::new();
        while let Some((_, c)) = self.characters.next() {
            match c {
                '\\' => found.extend(self.characters.next().map(|(_, c)| c)),
                c if c == quote => return Ok(found.into()),
                c => found.push(c),
            }
        }
        Err(LocationError::Unclosed { at })
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

/// A location as a user would write it.
pub(crate) struct Shown<'a>(pub(crate) &'a [Step]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            match step {
                Step::Field(name) => {
                    let dot = if index > 0 { "." } else { "" };
                    write!(f, "{dot}{}", quoted(name))?;
                }
                Step::Items { key, value: None } => write!(f, "[{}: *]", quoted(key))?,
                Step::Items { key, value: Some(KeyValue::Text(text)) } => {
                    write!(f, "[{}: {}]", quoted(key), quoted(text))?;
                }
                Step::Items { key, value: Some(KeyValue::Number(number)) } => {
                    write!(f, "[{}: {number}]", quoted(key))?;
                }
            }
        }
        Ok(())
    }
}

fn quoted(text: &str) -> String {
    let plain = text.chars().all(is_word) && !text.starts_with(|c: char| c.is_ascii_digit());
    if plain && !text.is_empty() {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
