//! The words of a line: `name`, `key=value`, and values in quotes.

/// A word of a line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Word {
    pub(super) key: Option<String>,
    pub(super) value: String,
}

impl Word {
    /// The word where it has no key.
    pub(super) fn plain(&self) -> Result<&str, String> {
        match &self.key {
            None => Ok(&self.value),
            Some(key) => Err(format!("`{key}=` cannot stand at the front of a line")),
        }
    }
}

/// Splits a line at its spaces. Quotes keep them, and a backslash keeps a quote.
pub(super) fn split(line: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let mut letters = line.chars().peekable();
    while let Some(first) = letters.peek() {
        if first.is_whitespace() {
            letters.next();
            continue;
        }
        let mut key = None;
        let mut value = String::new();
        let mut quoted = false;
        while let Some(letter) = letters.peek().copied() {
            if letter.is_whitespace() && !quoted {
                break;
            }
            letters.next();
            match letter {
                '"' => quoted = !quoted,
                '\\' if quoted => value.extend(letters.next()),
                '=' if key.is_none() && !quoted && is_key(&value) => key = Some(std::mem::take(&mut value)),
                other => value.push(other),
            }
        }
        if quoted {
            return Err("a quote is not closed".to_owned());
        }
        words.push(Word { key, value });
    }
    Ok(words)
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// Texts between spaces, each ended by a zero byte. Single quotes keep spaces.
pub(super) fn ended(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut quoted = false;
    for letter in text.chars() {
        match letter {
            '\'' => quoted = !quoted,
            ' ' if !quoted => out.push(0),
            other => out.extend(other.to_string().bytes()),
        }
    }
    if !out.is_empty() {
        out.push(0);
    }
    out
}
