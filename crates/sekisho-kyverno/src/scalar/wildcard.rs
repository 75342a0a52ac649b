//! Texts against patterns with `*` (any text) and `?` (one character).

use crate::budget::{BudgetError, Meter};

/// Whether a text has characters that a wildcard pattern gives a meaning.
pub fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Whether a text is what a pattern describes: `*` stands for any text, `?` for one character.
pub fn matches(pattern: &str, text: &str, meter: &Meter) -> Result<bool, BudgetError> {
    if !has_wildcard(pattern) {
        return Ok(pattern == text);
    }
    if pattern == "*" {
        return Ok(true);
    }
    meter.work(pattern.len().saturating_add(text.len()) / 16)?;
    let Some((first, rest)) = pattern.split_once('*') else {
        return Ok(prefix(pattern, text).is_some_and(str::is_empty));
    };
    let Some(mut text) = prefix(first, text) else { return Ok(false) };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*').filter(|part| !part.is_empty()) {
        // The first place where a part fits leaves the most for those behind it.
        match behind(part, text, meter)? {
            Some(rest) => text = rest,
            None => return Ok(false),
        }
    }
    let wanted = last.chars().count();
    let cut = match wanted.checked_sub(1) {
        None => Some(text.len()),
        Some(from_end) => text.char_indices().rev().nth(from_end).map(|(place, _)| place),
    };
    let tail = cut.and_then(|cut| text.get(cut..));
    Ok(tail.and_then(|tail| prefix(last, tail)).is_some_and(str::is_empty))
}

/// The text behind the first place where a part without `*` fits.
fn behind<'t>(part: &str, text: &'t str, meter: &Meter) -> Result<Option<&'t str>, BudgetError> {
    if !part.contains('?') {
        return Ok(text.find(part).and_then(|place| text.get(place + part.len()..)));
    }
    let mut rest = text;
    loop {
        meter.work(part.len() / 16 + 1)?;
        if let Some(found) = prefix(part, rest) {
            return Ok(Some(found));
        }
        let mut letters = rest.chars();
        if letters.next().is_none() {
            return Ok(None);
        }
        rest = letters.as_str();
    }
}

/// The text behind a part without `*` that it begins with.
fn prefix<'t>(part: &str, text: &'t str) -> Option<&'t str> {
    let mut letters = text.chars();
    for wanted in part.chars() {
        let letter = letters.next()?;
        if wanted != '?' && wanted != letter {
            return None;
        }
    }
    Some(letters.as_str())
}
