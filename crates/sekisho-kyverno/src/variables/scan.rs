//! Where variables stand in a text.

use std::ops::Range;

use crate::value::Value;

/// Where a variable stands, braces included.
pub(super) type Place = Range<usize>;

/// Whether a text holds a variable.
pub fn is_variable(text: &str) -> bool {
    next(text, 0).is_some()
}

/// Whether a text holds a reference: `$(…)` that no backslash stands before.
pub fn is_reference(text: &str) -> bool {
    super::references::next(text, 0).is_some()
}

/// Whether a document holds a variable in any key or text.
pub fn has_variables(document: &Value) -> bool {
    match document {
        Value::String(text) => is_variable(text),
        Value::List(items) => items.iter().any(has_variables),
        Value::Map(map) => map.iter().any(|(key, value)| is_variable(key) || has_variables(value)),
        _ => false,
    }
}

/// The expressions of all variables of a document that stand in it as they are written, without braces.
pub fn expressions(document: &Value) -> Vec<String> {
    fn collect(document: &Value, found: &mut Vec<String>) {
        let mut add = |text: &str| {
            let mut from = 0;
            while let Some(place) = next(text, from) {
                from = place.end;
                found.push(expression(text.get(place).unwrap_or("")).0);
            }
        };
        match document {
            Value::String(text) => add(text),
            Value::List(items) => items.iter().for_each(|item| collect(item, found)),
            Value::Map(map) => {
                map.keys().for_each(|key| add(key));
                map.values().for_each(|value| collect(value, found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(document, &mut found);
    found
}

/// A text with another text in the place of each variable that [`expressions`] finds in it.
pub(crate) fn filled(text: &str, with: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for place in all(text) {
        out.push_str(text.get(from..place.start).unwrap_or(""));
        out.push_str(with);
        from = place.end;
    }
    out.push_str(text.get(from..).unwrap_or(""));
    out
}

/// All variables of a text, those left out that stand directly behind another one, and the innermost alone
/// where one stands within another.
pub(super) fn all(text: &str) -> Vec<Place> {
    let mut places = Vec::new();
    let mut from = 0;
    while let Some(place) = next(text, from) {
        from = place.end;
        places.push(place);
    }
    places
}

/// The first variable from a place on. One that does not begin the text needs a character before it that
/// was not passed over yet and is no backslash.
fn next(text: &str, from: usize) -> Option<Place> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        let open = at + text.get(at..)?.find("{{")?;
        let has_before = open > from && bytes.get(open.wrapping_sub(1)) != Some(&b'\\');
        if (open == 0 || has_before)
            && let Some(end) = end(bytes, open)
        {
            return Some(open..end);
        }
        at = open + 1;
    }
}

/// The end of the variable that begins at a place: inside stand no braces but pairs without further ones.
fn end(bytes: &[u8], open: usize) -> Option<usize> {
    let brace = |from: usize| {
        let ahead = bytes.iter().skip(from).position(|byte| matches!(byte, b'{' | b'}'))?;
        let place = from + ahead;
        bytes.get(place).map(|byte| (place, *byte))
    };
    let mut at = open + 2;
    loop {
        match brace(at)? {
            (place, b'}') => return (bytes.get(place + 1) == Some(&b'}')).then_some(place + 2),
            (place, _) => match brace(place + 1)? {
                (close, b'}') => at = close + 1,
                _ => return None,
            },
        }
    }
}

/// The expression of the variable that a text is and nothing else, where no further braces stand in it.
pub(super) fn whole(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("{{")?.strip_suffix("}}")?;
    if inner.contains(['{', '}']) {
        return None;
    }
    let bare = inner.trim();
    Some(bare.strip_prefix('-').map_or(bare, str::trim))
}

/// The expression of a variable, and whether its value is to stay as it is (`{{- … }}`).
pub(super) fn expression(variable: &str) -> (String, bool) {
    let bare = variable.replace("{{", "").replace("}}", "");
    match bare.trim().strip_prefix('-') {
        Some(rest) => (rest.trim().to_owned(), true),
        None => (bare.trim().to_owned(), false),
    }
}
