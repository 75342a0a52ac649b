//! Portage: numbers, a letter, suffixes, a revision. See the Package Manager Specification, section 3.3.

use crate::key::{Key, split_digits};

const END: u8 = 1;
const NUMBER: u8 = 2;

/// Suffixes with their places around the end, which is 5.
const SUFFIXES: [(&str, u8); 5] = [("alpha", 1), ("beta", 2), ("pre", 3), ("rc", 4), ("p", 6)];
const NO_SUFFIX: u8 = 5;

pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    let (version, revision) = match text.rsplit_once("-r") {
        Some((version, digits)) if crate::key::is_number(digits) => (version, digits),
        _ => (text, ""),
    };
    let (first, mut rest) = split_digits(version);
    if first.is_empty() {
        return None;
    }
    key.number(first);
    while let Some(after) = rest.strip_prefix('.') {
        let (digits, after) = split_digits(after);
        if digits.is_empty() {
            return None;
        }
        key.byte(NUMBER);
        if digits.starts_with('0') {
            // A fraction: zeros at its end say nothing.
            key.byte(0);
            key.text(digits.trim_end_matches('0'));
        } else {
            key.number(digits);
        }
        rest = after;
    }
    key.byte(END);
    let letter = rest.bytes().next().filter(u8::is_ascii_lowercase);
    key.byte(letter.unwrap_or(0));
    rest = rest.get(usize::from(letter.is_some())..).unwrap_or_default();
    while let Some(after) = rest.strip_prefix('_') {
        let (name, after) = after.split_at(after.bytes().take_while(u8::is_ascii_lowercase).count());
        let (_, place) = SUFFIXES.iter().find(|(suffix, _)| *suffix == name)?;
        let (digits, after) = split_digits(after);
        key.byte(*place);
        key.number(digits);
        rest = after;
    }
    key.byte(NO_SUFFIX);
    key.number(revision);
    rest.is_empty().then_some(())
}
