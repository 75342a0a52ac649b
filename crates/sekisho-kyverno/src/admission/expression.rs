//! Conditions in CEL, put together from parts and written with as few parentheses as they need.

use std::fmt::{self, Write as _};

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expression {
    Always(bool),
    /// A call, a field, or a comparison.
    Plain(String),
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
}

impl Expression {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::Plain(text.into())
    }

    /// That all hold, of none that it holds.
    pub(super) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::joined(parts, true)
    }

    /// That any holds, of none that it does not.
    pub(super) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::joined(parts, false)
    }

    fn joined(parts: impl IntoIterator<Item = Self>, neutral: bool) -> Self {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Self::Always(value) if value == neutral => {}
                Self::Always(_) => return Self::Always(!neutral),
                Self::All(inner) if neutral => kept.extend(inner),
                Self::Any(inner) if !neutral => kept.extend(inner),
                other if kept.contains(&other) => {}
                other => kept.push(other),
            }
        }
        match (kept.pop(), kept.is_empty()) {
            (None, _) => Self::Always(neutral),
            (Some(only), true) => only,
            (Some(last), false) => {
                kept.push(last);
                if neutral { Self::All(kept) } else { Self::Any(kept) }
            }
        }
    }

    /// That it does not hold.
    pub(super) fn not(self) -> Self {
        match self {
            Self::Always(value) => Self::Always(!value),
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// That it holds for every item of a list.
    pub(super) fn for_all(self, list: &str, item: &str) -> Self {
        match self {
            Self::Always(true) => self,
            each => Self::Plain(format!("{list}.all({item}, {each})")),
        }
    }

    /// That it holds for an item of a list.
    pub(super) fn for_any(self, list: &str, item: &str) -> Self {
        match self {
            Self::Always(false) => self,
            each => Self::Plain(format!("{list}.exists({item}, {each})")),
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, sign) = match self {
            Self::Always(value) => return write!(f, "{value}"),
            Self::Plain(text) => return f.write_str(text),
            Self::Not(inner) => {
                return match &**inner {
                    Self::Plain(text) if is_unit(text) => write!(f, "!{text}"),
                    other => write!(f, "!({other})"),
                };
            }
            Self::All(parts) => (parts, " && "),
            Self::Any(parts) => (parts, " || "),
        };
        for (place, part) in parts.iter().enumerate() {
            if place > 0 {
                f.write_str(sign)?;
            }
            match part {
                Self::All(_) | Self::Any(_) => write!(f, "({part})")?,
                _ => write!(f, "{part}")?,
            }
        }
        Ok(())
    }
}

/// Whether a text binds more closely than a negation: a field or a call, without an operator outside of parentheses.
fn is_unit(text: &str) -> bool {
    let mut depth = 0usize;
    let mut quoted = false;
    let mut escaped = false;
    for letter in text.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' => depth = depth.saturating_add(1),
            ')' | ']' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 => return false,
            _ => {}
        }
    }
    true
}

/// A text as a literal.
pub(super) fn quoted(text: &str) -> String {
    let mut literal = String::with_capacity(text.len().saturating_add(2));
    literal.push('"');
    for letter in text.chars() {
        match letter {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            control if control.is_control() => {
                // Writing into a text cannot fail.
                let _ = write!(literal, "\\u{:04x}", u32::from(control));
            }
            other => literal.push(other),
        }
    }
    literal.push('"');
    literal
}

/// That a text is what a pattern with `*` and `?` describes.
pub(super) fn fits(text: &str, pattern: &str) -> Expression {
    let is_plain = |part: &str| !part.contains(['*', '?']);
    if is_plain(pattern) {
        return Expression::Plain(format!("{text} == {}", quoted(pattern)));
    }
    if pattern.chars().all(|letter| letter == '*') {
        return Expression::Always(true);
    }
    if matches!(pattern, "?*" | "*?") {
        return Expression::Plain(format!("{text} != \"\""));
    }
    let call = |name: &str, part: &str| Expression::Plain(format!("{text}.{name}({})", quoted(part)));
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(rest), Some(_)) if is_plain(rest.strip_suffix('*').unwrap_or(rest)) => {
            return call("contains", rest.strip_suffix('*').unwrap_or(rest));
        }
        (Some(end), None) if is_plain(end) => return call("endsWith", end),
        (None, Some(start)) if is_plain(start) => return call("startsWith", start),
        _ => {}
    }
    let mut regex = "(?s)^".to_owned();
    for letter in pattern.chars() {
        match letter {
            '*' => regex.push_str(".*"),
            '?' => regex.push('.'),
            other if other.is_ascii_punctuation() && !matches!(other, '/' | '-' | '_' | ':' | '@' | ',') => {
                regex.push('\\');
                regex.push(other);
            }
            other => regex.push(other),
        }
    }
    regex.push('$');
    call("matches", &regex)
}
