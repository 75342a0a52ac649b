//! The turns of phrase that the messages of the controls share.

use std::collections::BTreeSet;
use std::fmt;
use std::fmt::Write as _;

/// Names in quotes and between commas; as in the original, nothing within them is escaped.
pub(super) struct Quoted<'n, T>(pub(super) &'n [T]);

impl<T: AsRef<str>> fmt::Display for Quoted<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, name) in self.0.iter().enumerate() {
            let comma = if place > 0 { ", " } else { "" };
            write!(f, "{comma}\"{}\"", name.as_ref())?;
        }
        Ok(())
    }
}

/// Values in the order of their bytes, each once, in quotes.
pub(super) fn quoted_set(values: &BTreeSet<&str>) -> String {
    let values: Vec<&str> = values.iter().copied().collect();
    Quoted(&values).to_string()
}

/// The form of a word that goes with a count.
pub(super) fn plural(one: &'static str, many: &'static str, count: usize) -> &'static str {
    if count == 1 { one } else { many }
}

/// Containers by their names: `containers "a", "b"`.
pub(super) struct Containers<'n>(pub(super) &'n [&'n str]);

impl fmt::Display for Containers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", plural("container", "containers", self.0.len()), Quoted(self.0))
    }
}

/// Who sets a field that Pods and containers have: `pod and container "a"`.
#[derive(Default)]
pub(super) struct Setters<'a> {
    pub(super) pod: bool,
    pub(super) containers: Vec<&'a str>,
}

impl Setters<'_> {
    pub(super) fn is_empty(&self) -> bool {
        !self.pod && self.containers.is_empty()
    }
}

impl fmt::Display for Setters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.pod, self.containers.is_empty()) {
            (true, true) => f.write_str("pod"),
            (true, false) => write!(f, "pod and {}", Containers(&self.containers)),
            (false, _) => write!(f, "{}", Containers(&self.containers)),
        }
    }
}

/// A text in double quotes with escapes, as Go's `%q` writes it.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        let code = u32::from(character);
        let _ = match character {
            '"' | '\\' => write!(quoted, "\\{character}"),
            '\u{7}' => write!(quoted, "\\a"),
            '\u{8}' => write!(quoted, "\\b"),
            '\t' => write!(quoted, "\\t"),
            '\n' => write!(quoted, "\\n"),
            '\u{b}' => write!(quoted, "\\v"),
            '\u{c}' => write!(quoted, "\\f"),
            '\r' => write!(quoted, "\\r"),
            '\0'..' ' | '\u{7f}' => write!(quoted, "\\x{code:02x}"),
            _ if is_printable(character) => write!(quoted, "{character}"),
            _ if code <= 0xffff => write!(quoted, "\\u{code:04x}"),
            _ => write!(quoted, "\\U{code:08x}"),
        };
    }
    quoted.push('"');
    quoted
}

/// Whether the character can be seen: Rust escapes those that cannot, and the soft hyphen cannot either.
fn is_printable(character: char) -> bool {
    // Alone or at the start of a text Rust escapes characters that join the one before.
    let behind_a_letter = ['a', character].iter().collect::<String>();
    character.is_ascii() || (character != '\u{ad}' && behind_a_letter.escape_debug().count() == 2)
}
