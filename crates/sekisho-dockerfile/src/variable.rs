//! Variables of a build: `$NAME`, `${NAME}`, `${NAME:-value}`, `${NAME:+value}`.

use std::collections::HashMap;
use std::sync::Arc;

/// The most that a text may grow to when its variables are filled in.
const LONGEST: usize = 16 << 10;
/// The most variables that are known at once; of more nothing is known.
const MOST: usize = 1000;

/// What is known of variables where an instruction stands: a name without a value is known to be there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variables {
    /// Shared, since every stage begins with the variables of its base.
    values: HashMap<Arc<str>, Option<Arc<str>>>,
}

impl Variables {
    pub(crate) fn set(&mut self, name: &str, value: Option<String>) {
        if self.values.len() < MOST || self.values.contains_key(name) {
            self.values.insert(name.into(), value.map(Arc::from));
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.as_deref()
    }

    /// The text with its variables filled in; none where one has no value that is known.
    pub(crate) fn expand(&self, text: &str, escape: char) -> Option<String> {
        self.fill(text, escape, 8)
    }

    fn fill(&self, text: &str, escape: char, depth: usize) -> Option<String> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(['$', escape]) {
            filled.push_str(rest.get(..at)?);
            let after = rest.get(at..)?;
            if let Some(escaped) = after.strip_prefix(escape) {
                let next = escaped.chars().next();
                if next != Some('$') {
                    filled.push(escape);
                }
                filled.extend(next);
                rest = escaped.get(next.map_or(0, char::len_utf8)..)?;
                continue;
            }
            let after = after.get(1..)?;
            if let Some(inner) = after.strip_prefix('{') {
                let end = closing(inner)?;
                filled.push_str(&self.braced(inner.get(..end)?, escape, depth)?);
                rest = inner.get(end + 1..)?;
            } else {
                let end = name_end(after);
                match after.get(..end) {
                    Some("") | None => filled.push('$'),
                    Some(name) => filled.push_str(self.get(name)?),
                }
                rest = after.get(end..)?;
            }
            if filled.len() > LONGEST {
                return None;
            }
        }
        filled.push_str(rest);
        (filled.len() <= LONGEST).then_some(filled)
    }

    /// What stands between braces.
    fn braced(&self, inner: &str, escape: char, depth: usize) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        let (name, rest) = inner.split_at_checked(name_end(inner))?;
        let value = self.get(name);
        let operation = rest.strip_prefix(':').unwrap_or(rest);
        let (operator, word) = (operation.chars().next(), operation.get(1..).unwrap_or_default());
        let is_set = value.is_some_and(|value| !value.is_empty() || !rest.starts_with(':'));
        match operator {
            None | Some('?') => value.map(str::to_owned),
            Some('-') if is_set => value.map(str::to_owned),
            Some('-') => self.fill(word, escape, depth),
            Some('+') if is_set => self.fill(word, escape, depth),
            Some('+') => Some(String::new()),
            // Patterns that cut or replace are not followed.
            Some(_) => None,
        }
    }
}

/// Where the brace that closes stands.
fn closing(inner: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, character) in inner.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn name_end(text: &str) -> usize {
    text.find(|character: char| !character.is_ascii_alphanumeric() && character != '_').unwrap_or(text.len())
}
