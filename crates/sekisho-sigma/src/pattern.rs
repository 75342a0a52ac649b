//! Texts with wildcards.

/// A text in which some characters stand for others.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Pattern {
    pub(crate) parts: Vec<Part>,
}

/// A part of a text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Part {
    Text(String),
    /// `?`: one character.
    One,
    /// `*`: any number of characters.
    Run,
}

impl Pattern {
    /// Reads a text. A backslash takes the meaning from `*`, `?` and a backslash, and stands for itself before
    /// anything else.
    pub(crate) fn read(text: &str) -> Self {
        let mut pattern = Self::default();
        let mut rest = text.chars().peekable();
        while let Some(character) = rest.next() {
            match character {
                '\\' => match rest.next_if(|next| matches!(next, '\\' | '*' | '?')) {
                    Some(escaped) => pattern.push(escaped),
                    None => pattern.push('\\'),
                },
                '*' => pattern.run_at_end(),
                '?' => pattern.parts.push(Part::One),
                other => pattern.push(other),
            }
        }
        pattern
    }

    pub(crate) fn of(text: &str) -> Self {
        let parts = if text.is_empty() { Vec::new() } else { vec![Part::Text(text.to_owned())] };
        Self { parts }
    }

    fn push(&mut self, character: char) {
        if let Some(Part::Text(text)) = self.parts.last_mut() {
            text.push(character);
        } else {
            self.parts.push(Part::Text(character.to_string()));
        }
    }

    pub(crate) fn run_at_end(&mut self) {
        if self.parts.last() != Some(&Part::Run) {
            self.parts.push(Part::Run);
        }
    }

    pub(crate) fn run_at_start(&mut self) {
        if self.parts.first() != Some(&Part::Run) {
            self.parts.insert(0, Part::Run);
        }
    }

    /// The text, where nothing in it stands for something else.
    pub(crate) fn plain(&self) -> Option<&str> {
        match &self.parts[..] {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The text between two runs, where there is nothing else.
    pub(crate) fn contained(&self) -> Option<&str> {
        match &self.parts[..] {
            [Part::Run, Part::Text(text), Part::Run] => Some(text),
            _ => None,
        }
    }

    /// The pattern as a glob of the engine.
    pub(crate) fn glob(&self) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::One => out.push('?'),
                Part::Run => out.push('*'),
                Part::Text(text) => {
                    for character in text.chars() {
                        if matches!(character, '*' | '?' | '[' | '\\') {
                            out.push('\\');
                        }
                        out.push(character);
                    }
                }
            }
        }
        out
    }

    /// Whether the engine's globs, which know bytes and the case of ASCII, cannot say it.
    pub(crate) fn is_beyond_globs(&self, is_cased: bool) -> bool {
        self.parts.iter().any(|part| match part {
            Part::Text(text) => !is_cased && !text.is_ascii(),
            Part::One => true,
            Part::Run => false,
        })
    }

    /// The pattern as a regular expression.
    pub(crate) fn expression(&self, is_cased: bool) -> String {
        let mut out = if is_cased { "(?s)^" } else { "(?is)^" }.to_owned();
        for part in &self.parts {
            match part {
                Part::One => out.push('.'),
                Part::Run => out.push_str(".*"),
                Part::Text(text) => {
                    for character in text.chars() {
                        if character.is_ascii_punctuation() {
                            out.push('\\');
                        }
                        out.push(character);
                    }
                }
            }
        }
        out.push('$');
        out
    }

    /// With every text made anew.
    pub(crate) fn map(&self, make: impl Fn(&str) -> String) -> Self {
        let parts = self.parts.iter().map(|part| match part {
            Part::Text(text) => Part::Text(make(text)),
            other => other.clone(),
        });
        Self { parts: parts.collect() }
    }
}
