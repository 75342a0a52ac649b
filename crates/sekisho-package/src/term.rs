//! Terms as Erlang and Elixir write them: atoms, texts, tuples, lists, maps. Enough for their lock files.

use std::ops::Range;

/// A term and the bytes of the text that it is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Term {
    pub(crate) value: TermValue,
    pub(crate) span: Range<usize>,
}

/// What a term is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TermValue {
    /// An atom, a number, or a word.
    Word(String),
    /// A text in quotes, or a binary that holds one.
    Text(String),
    /// What stands between brackets, one behind the other; the keys of maps and keyword lists stand before their
    /// values.
    Items(Vec<Term>),
}

impl Term {
    /// The text of a word or a text.
    pub(crate) fn text(&self) -> &str {
        match &self.value {
            TermValue::Word(text) | TermValue::Text(text) => text,
            TermValue::Items(_) => "",
        }
    }

    /// What it holds.
    pub(crate) fn items(&self) -> &[Self] {
        match &self.value {
            TermValue::Items(items) => items,
            _ => &[],
        }
    }
}

/// How deep terms may nest.
const DEPTH: usize = 64;
/// How many terms a text may have.
const MOST: usize = 1_000_000;

/// Reads the terms of a text; the byte at which reading stopped where it could not go on.
pub(crate) fn terms(text: &str) -> (Vec<Term>, Option<usize>) {
    let mut reader = Reader { text, at: 0, count: 0 };
    // The open collections, each with the place where it begins.
    let mut open: Vec<(usize, Vec<Term>)> = vec![(0, Vec::new())];
    let failed = loop {
        reader.pass_blanks();
        let start = reader.at;
        let Some(byte) = reader.byte() else { break (open.len() > 1).then_some(start) };
        reader.count += 1;
        if reader.count > MOST || open.len() > DEPTH {
            break Some(start);
        }
        let scalar = match byte {
            b'"' => Some(reader.quoted(b'"').map(TermValue::Text)),
            b'\'' => Some(reader.quoted(b'\'').map(TermValue::Word)),
            b'<' if reader.rest().starts_with("<<\"") => Some(reader.binary()),
            b'[' | b'{' => {
                reader.at += 1;
                open.push((start, Vec::new()));
                None
            }
            b'%' => {
                // `%{` begins a map of Elixir; Erlang's comments begin with `%` too and are passed as blanks.
                reader.at += 2;
                open.push((start, Vec::new()));
                None
            }
            b']' | b'}' => {
                reader.at += 1;
                if open.len() == 1 {
                    break Some(start);
                }
                let (start, items) = open.pop().unwrap_or_default();
                let term = Term { value: TermValue::Items(items), span: start..reader.at };
                if let Some((_, above)) = open.last_mut() {
                    above.push(term);
                }
                None
            }
            b',' | b'.' => {
                reader.at += 1;
                None
            }
            b'=' | b'|' if reader.rest().starts_with("=>") => {
                reader.at += 2;
                None
            }
            _ => Some(reader.word().map(TermValue::Word)),
        };
        match scalar {
            Some(Some(value)) => {
                if let Some((_, items)) = open.last_mut() {
                    items.push(Term { value, span: start..reader.at });
                }
            }
            Some(None) => break Some(start),
            None => {}
        }
    };
    while open.len() > 1 {
        let (start, items) = open.pop().unwrap_or_default();
        if let Some((_, above)) = open.last_mut() {
            above.push(Term { value: TermValue::Items(items), span: start..text.len() });
        }
    }
    (open.pop().unwrap_or_default().1, failed)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    count: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn pass_blanks(&mut self) {
        loop {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start().len();
            let rest = self.rest();
            let is_comment = rest.starts_with('#') || rest.starts_with('%') && !rest.starts_with("%{");
            if !is_comment {
                return;
            }
            self.at += rest.find('\n').unwrap_or(rest.len());
        }
    }

    /// A text in quotes; a colon behind it makes it the key of a keyword list.
    fn quoted(&mut self, quote: u8) -> Option<String> {
        let mut text = String::new();
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' => text.extend(characters.next().map(|(_, escaped)| escaped)),
                character if u32::from(character) == u32::from(quote) => {
                    self.at += at + 1;
                    if self.byte() == Some(b':') {
                        self.at += 1;
                    }
                    return Some(text);
                }
                character => text.push(character),
            }
        }
        None
    }

    /// `<<"text">>`, with a type behind it perhaps.
    fn binary(&mut self) -> Option<TermValue> {
        self.at += 2;
        let text = self.quoted(b'"')?;
        self.at += self.rest().find(">>")? + 2;
        Some(TermValue::Text(text))
    }

    /// A word: `:atom`, `true`, `1`, `key:`.
    fn word(&mut self) -> Option<String> {
        let rest = self.rest();
        let is_word = |character: char| character.is_alphanumeric() || "_@!?-+/".contains(character);
        let body = rest.strip_prefix(':').unwrap_or(rest);
        if body.starts_with('"') {
            self.at += 1;
            return self.quoted(b'"');
        }
        let length = body.find(|character| !is_word(character)).unwrap_or(body.len());
        if length == 0 {
            return None;
        }
        let word = body.get(..length)?.to_owned();
        self.at += rest.len() - body.len() + length;
        if self.byte() == Some(b':') {
            self.at += 1;
        }
        Some(word)
    }
}
