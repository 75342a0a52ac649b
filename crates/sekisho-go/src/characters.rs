//! Characters as Go's `unicode` and `utf8` packages see them.

use std::sync::LazyLock;

use regex_syntax::hir::{Class, HirKind};

/// A character and the bytes that it was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rune {
    /// Its first byte.
    pub at: usize,
    /// How many bytes it takes; of bytes that are no UTF-8, each is one U+FFFD.
    pub width: usize,
    /// What it is.
    pub character: char,
}

/// The characters of a text.
pub fn runes(bytes: &[u8]) -> impl Iterator<Item = Rune> {
    let mut at = 0;
    bytes.utf8_chunks().flat_map(move |chunk| {
        let start = at;
        at += chunk.valid().len() + chunk.invalid().len();
        let behind = start + chunk.valid().len();
        let valid = chunk.valid().char_indices().map(move |(index, character)| Rune {
            at: start + index,
            width: character.len_utf8(),
            character,
        });
        let invalid = (0..chunk.invalid().len()).map(move |index| Rune {
            at: behind + index,
            width: 1,
            character: char::REPLACEMENT_CHARACTER,
        });
        valid.chain(invalid)
    })
}

/// The text with U+FFFD for each byte that is no UTF-8.
pub fn valid(bytes: &[u8]) -> String {
    runes(bytes).map(|rune| rune.character).collect()
}

/// Characters of one general category, or of several.
struct Category(LazyLock<Vec<(char, char)>>);

impl Category {
    fn has(&self, character: char) -> bool {
        let after = self.0.partition_point(|(first, _)| *first <= character);
        after.checked_sub(1).and_then(|at| self.0.get(at)).is_some_and(|(_, last)| character <= *last)
    }
}

fn ranges(pattern: &str) -> Vec<(char, char)> {
    let Ok(parsed) = regex_syntax::parse(pattern) else {
        return Vec::new();
    };
    match parsed.kind() {
        HirKind::Class(Class::Unicode(class)) => {
            class.ranges().iter().map(|range| (range.start(), range.end())).collect()
        }
        _ => Vec::new(),
    }
}

static UPPER: Category = Category(LazyLock::new(|| ranges(r"\p{Lu}")));
static LOWER: Category = Category(LazyLock::new(|| ranges(r"\p{Ll}")));
static TITLE: Category = Category(LazyLock::new(|| ranges(r"\p{Lt}")));
static LETTER: Category = Category(LazyLock::new(|| ranges(r"\p{L}")));
static NUMBER: Category = Category(LazyLock::new(|| ranges(r"\p{N}")));
static DIGIT: Category = Category(LazyLock::new(|| ranges(r"\p{Nd}")));
static PUNCTUATION: Category = Category(LazyLock::new(|| ranges(r"\p{P}")));

/// Whether this is a letter of upper case.
pub fn is_upper(character: char) -> bool {
    if character.is_ascii() { character.is_ascii_uppercase() } else { UPPER.has(character) }
}

/// Whether this is a letter of lower case.
pub fn is_lower(character: char) -> bool {
    if character.is_ascii() { character.is_ascii_lowercase() } else { LOWER.has(character) }
}

/// Whether this is a letter of title case, such as `ǅ`.
pub fn is_title(character: char) -> bool {
    TITLE.has(character)
}

/// Whether this is a letter.
pub fn is_letter(character: char) -> bool {
    if character.is_ascii() { character.is_ascii_alphabetic() } else { LETTER.has(character) }
}

/// Whether this is a number, Roman ones and fractions too.
pub fn is_number(character: char) -> bool {
    if character.is_ascii() { character.is_ascii_digit() } else { NUMBER.has(character) }
}

/// Whether this is a decimal digit of any script.
pub fn is_digit(character: char) -> bool {
    if character.is_ascii() { character.is_ascii_digit() } else { DIGIT.has(character) }
}

/// Whether this is punctuation; signs such as `+` and `$` are not.
pub fn is_punctuation(character: char) -> bool {
    PUNCTUATION.has(character)
}

/// The letter of upper case, where there is just one for it.
pub fn to_upper(character: char) -> char {
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        // Of these Greek letters Unicode knows one capital with a mark and, in longer texts, two letters.
        _ => match character {
            '\u{1F80}'..='\u{1F87}' | '\u{1F90}'..='\u{1F97}' | '\u{1FA0}'..='\u{1FA7}' => {
                char::from_u32(u32::from(character) + 8).unwrap_or(character)
            }
            '\u{1FB3}' | '\u{1FC3}' | '\u{1FF3}' => {
                char::from_u32(u32::from(character) + 9).unwrap_or(character)
            }
            _ => character,
        },
    }
}

/// The letter of lower case; of several that Unicode has for it, the first.
pub fn to_lower(character: char) -> char {
    character.to_lowercase().next().unwrap_or(character)
}

/// The letter of title case.
pub fn to_title(character: char) -> char {
    match character {
        // Georgian letters have capitals, but titles are written without them.
        '\u{10D0}'..='\u{10FA}' | '\u{10FD}'..='\u{10FF}' => character,
        '\u{1C4}'..='\u{1C6}' => '\u{1C5}',
        '\u{1C7}'..='\u{1C9}' => '\u{1C8}',
        '\u{1CA}'..='\u{1CC}' => '\u{1CB}',
        '\u{1F1}'..='\u{1F3}' => '\u{1F2}',
        _ => to_upper(character),
    }
}
