//! Conditions of rules: searches joined by `and`, `or`, `not`, and `1 of` or `all of` several.

use sekisho_falco::condition::Condition;

use crate::error::SigmaErrorKind;
use crate::item::{all, any};

/// Parentheses and `not` go no deeper than this.
const MAX_DEPTH: u32 = 100;

/// The condition that a text means, where these are the searches, in the order of the rule.
pub(crate) fn parse(text: &str, searches: &[(String, Condition)]) -> Result<Condition, SigmaErrorKind> {
    if text.contains('|') {
        let is_near = text.split_whitespace().any(|word| word.eq_ignore_ascii_case("near"));
        return Err(SigmaErrorKind::Unsupported(if is_near {
            "`near` is no longer part of Sigma: write a correlation of the type `temporal` over two rules"
        } else {
            "aggregations behind `|` are no longer part of Sigma: write a correlation over the rule"
        }));
    }
    let words = words(text)?;
    let mut parser = Parser { words: &words, at: 0, searches };
    let condition = parser.or(MAX_DEPTH)?;
    match parser.peek() {
        None => Ok(condition),
        Some(_) => Err(parser.wrong("expected `and` or `or`")),
    }
}

fn words(text: &str) -> Result<Vec<&str>, SigmaErrorKind> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = if matches!(first, '(' | ')') {
            1
        } else {
            let is_name =
                |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | '*' | '.');
            rest.find(|character| !is_name(character)).unwrap_or(rest.len())
        };
        if end == 0 {
            let near = rest.chars().take(20).collect();
            return Err(SigmaErrorKind::Condition { message: "an unknown character", near });
        }
        let (word, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
        words.push(word);
        rest = behind.trim_start();
    }
    Ok(words)
}

struct Parser<'p> {
    words: &'p [&'p str],
    at: usize,
    searches: &'p [(String, Condition)],
}

impl<'p> Parser<'p> {
    fn peek(&self) -> Option<&'p str> {
        self.words.get(self.at).copied()
    }

    fn take(&mut self, word: &str) -> bool {
        let is_there = self.peek().is_some_and(|next| next.eq_ignore_ascii_case(word));
        self.at += usize::from(is_there);
        is_there
    }

    fn or(&mut self, depth: u32) -> Result<Condition, SigmaErrorKind> {
        let mut parts = vec![self.and(depth)?];
        while self.take("or") {
            parts.push(self.and(depth)?);
        }
        Ok(any(parts))
    }

    fn and(&mut self, depth: u32) -> Result<Condition, SigmaErrorKind> {
        let mut parts = vec![self.not(depth)?];
        while self.take("and") {
            parts.push(self.not(depth)?);
        }
        Ok(all(parts))
    }

    fn not(&mut self, depth: u32) -> Result<Condition, SigmaErrorKind> {
        let depth =
            depth.checked_sub(1).ok_or(SigmaErrorKind::TooLarge("the condition is nested too deep"))?;
        if self.take("not") {
            return Ok(Condition::Not(Box::new(self.not(depth)?)));
        }
        if self.take("(") {
            let inner = self.or(depth)?;
            return if self.take(")") { Ok(inner) } else { Err(self.wrong("expected `)`")) };
        }
        let is_quantified = self.words.get(self.at + 1).is_some_and(|next| next.eq_ignore_ascii_case("of"));
        if is_quantified {
            let every = match self.peek() {
                Some("1") => false,
                Some(word) if word.eq_ignore_ascii_case("any") => false,
                Some(word) if word.eq_ignore_ascii_case("all") => true,
                _ => return Err(self.wrong("expected `1 of`, `any of` or `all of`")),
            };
            self.at += 2;
            return self.several(every);
        }
        let Some(name) = self.peek().filter(|word| !matches!(*word, ")" | "and" | "or")) else {
            return Err(self.wrong("expected the name of a search"));
        };
        let found = self.searches.iter().find(|(known, _)| known == name);
        let (_, condition) = found.ok_or_else(|| SigmaErrorKind::Unknown(name.to_owned()))?;
        self.at += 1;
        Ok(condition.clone())
    }

    /// What stands behind `of`: `them`, or a pattern of names.
    fn several(&mut self, every: bool) -> Result<Condition, SigmaErrorKind> {
        let Some(pattern) = self.peek().filter(|word| !matches!(*word, "(" | ")")) else {
            return Err(self.wrong("expected `them` or the names of searches"));
        };
        self.at += 1;
        // Searches that begin with an underscore are meant only where that is said.
        let is_meant = |name: &str| {
            (pattern.starts_with('_') || !name.starts_with('_'))
                && (pattern == "them" || matches(pattern, name))
        };
        let meant: Vec<_> = self
            .searches
            .iter()
            .filter(|(name, _)| is_meant(name))
            .map(|(_, condition)| condition.clone())
            .collect();
        if meant.is_empty() {
            return Err(SigmaErrorKind::Unknown(pattern.to_owned()));
        }
        Ok(if every { all(meant) } else { any(meant) })
    }

    fn wrong(&self, message: &'static str) -> SigmaErrorKind {
        SigmaErrorKind::Condition {
            message,
            near: self.peek().unwrap_or("the end").chars().take(40).collect(),
        }
    }
}

/// Whether a name matches a pattern in which `*` stands for any number of characters.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut parts: Vec<_> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.len() >= last.len() && rest.ends_with(last)
}
