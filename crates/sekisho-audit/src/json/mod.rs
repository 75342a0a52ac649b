//! JSON as it lies in its text: one pass makes a flat index, and values are windows on it.

mod scan;
mod text;

use std::borrow::Cow;

pub(crate) use self::scan::{Kind, Tape, Token};

/// A value: a window on the text, which copies nothing.
#[derive(Clone, Copy)]
pub struct Json<'t> {
    text: &'t str,
    tokens: &'t [Token],
    place: u32,
}

/// What a value is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum JsonKind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number.
    Number,
    /// A text.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl<'t> Json<'t> {
    pub(crate) fn root(text: &'t str, tokens: &'t [Token]) -> Self {
        Self { text, tokens, place: 0 }
    }

    pub(crate) fn at(self, place: u32) -> Self {
        Self { place, ..self }
    }

    pub(crate) fn place(self) -> u32 {
        self.place
    }

    fn token(&self) -> Token {
        self.tokens.get(self.place as usize).copied().unwrap_or_default()
    }

    /// What it is.
    pub fn kind(self) -> JsonKind {
        match self.token().kind {
            Kind::Null => JsonKind::Null,
            Kind::True | Kind::False => JsonKind::Bool,
            Kind::Number => JsonKind::Number,
            Kind::Text | Kind::EscapedText => JsonKind::String,
            Kind::Array => JsonKind::Array,
            Kind::Object => JsonKind::Object,
        }
    }

    /// The value as it is written; a text without its quotes.
    pub fn raw(self) -> &'t str {
        let token = self.token();
        self.text.get(token.start as usize..token.end as usize).unwrap_or_default()
    }

    /// The text of a string.
    pub fn as_str(self) -> Option<Cow<'t, str>> {
        match self.token().kind {
            Kind::Text => Some(Cow::Borrowed(self.raw())),
            Kind::EscapedText => Some(Cow::Owned(text::unescaped(self.raw()))),
            _ => None,
        }
    }

    /// The text of a string, and any other value as it is written without blanks.
    pub fn shown(self) -> Cow<'t, str> {
        match self.token().kind {
            Kind::Array | Kind::Object => {
                let mut out = String::new();
                self.write_compact(&mut out);
                Cow::Owned(out)
            }
            Kind::Text | Kind::EscapedText => self.as_str().unwrap_or_default(),
            Kind::Null | Kind::True | Kind::False | Kind::Number => Cow::Borrowed(self.raw()),
        }
    }

    /// A whole number.
    pub fn as_i64(self) -> Option<i64> {
        (self.kind() == JsonKind::Number).then(|| self.raw().parse().ok())?
    }

    /// True or false.
    pub fn as_bool(self) -> Option<bool> {
        match self.token().kind {
            Kind::True => Some(true),
            Kind::False => Some(false),
            _ => None,
        }
    }

    /// Whether it is `null`.
    pub fn is_null(self) -> bool {
        self.token().kind == Kind::Null
    }

    /// The member of an object with this key, the first where it stands there twice; or the item of an array at
    /// this number.
    pub fn get(self, key: &str) -> Option<Self> {
        match self.kind() {
            JsonKind::Object => self.members().find(|(name, _)| name.is(key)).map(|(_, value)| value),
            JsonKind::Array => self.items().nth(key.parse().ok()?),
            _ => None,
        }
    }

    /// The value at the end of a path.
    pub fn along(self, path: &[&str]) -> Option<Self> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// The items of an array; none of anything else.
    pub fn items(self) -> impl Iterator<Item = Self> + use<'t> {
        let token = self.token();
        let mut place = if token.kind == Kind::Array { self.place + 1 } else { token.next };
        std::iter::from_fn(move || {
            if place >= token.next {
                return None;
            }
            let item = self.at(place);
            place = item.token().next;
            Some(item)
        })
    }

    /// The members of an object; none of anything else.
    pub fn members(self) -> impl Iterator<Item = (Key<'t>, Self)> + use<'t> {
        let token = self.token();
        let mut place = if token.kind == Kind::Object { self.place + 1 } else { token.next };
        std::iter::from_fn(move || {
            if place >= token.next {
                return None;
            }
            let key = self.at(place);
            let value = self.at(place + 1);
            place = key.token().next;
            Some((Key(key), value))
        })
    }

    /// Gives every object at any depth that has a member with this key.
    pub(crate) fn descendants(self, key: &str, each: &mut dyn FnMut(Self)) {
        let end = self.token().next;
        for place in self.place..end {
            let value = self.at(place);
            if value.kind() == JsonKind::Object && value.get(key).is_some() {
                each(value);
            }
        }
    }

    /// Writes the value without blanks.
    pub fn write_compact(self, out: &mut String) {
        let token = self.token();
        // Every token but the last of a container stands before a comma or a colon, which the text has already.
        let all = self.tokens.get(self.place as usize..token.next as usize).unwrap_or_default();
        if !matches!(token.kind, Kind::Array | Kind::Object) {
            self.write_scalar(out);
            return;
        }
        let mut from = token.start as usize;
        for inner in all {
            if matches!(inner.kind, Kind::Text | Kind::EscapedText) {
                // Blanks lie only outside of texts: what is between two of them is cleaned, texts are kept.
                let start = inner.start as usize;
                cleaned(self.text.get(from..start).unwrap_or_default(), out);
                out.push_str(self.text.get(start..inner.end as usize).unwrap_or_default());
                from = inner.end as usize;
            }
        }
        cleaned(self.text.get(from..token.end as usize).unwrap_or_default(), out);
    }

    fn write_scalar(self, out: &mut String) {
        let is_text = self.kind() == JsonKind::String;
        if is_text {
            out.push('"');
        }
        out.push_str(self.raw());
        if is_text {
            out.push('"');
        }
    }
}

/// The key of a member.
#[derive(Clone, Copy)]
pub struct Key<'t>(Json<'t>);

impl<'t> Key<'t> {
    /// Whether it is this text.
    pub fn is(self, text: &str) -> bool {
        let token = self.0.token();
        if token.kind != Kind::Text {
            return self.text() == text;
        }
        let written = self.0.text.as_bytes().get(token.start as usize..token.end as usize);
        written == Some(text.as_bytes())
    }

    /// Its text as it is written.
    pub fn raw(self) -> &'t str {
        self.0.raw()
    }

    /// Its text.
    pub fn text(self) -> Cow<'t, str> {
        self.0.as_str().unwrap_or_default()
    }
}

fn cleaned(text: &str, out: &mut String) {
    out.extend(text.chars().filter(|character| !matches!(character, ' ' | '\t' | '\n' | '\r')));
}
