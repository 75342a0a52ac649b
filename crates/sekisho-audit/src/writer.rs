//! JSON that is written for events which came in other words.

use std::fmt::Write as _;

/// Writes members of an object that was begun.
pub(crate) struct Writer(pub(crate) String);

impl Writer {
    pub(crate) fn key(&mut self, key: &str) {
        self.0.push(',');
        self.quoted(key);
        self.0.push(':');
    }

    pub(crate) fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        self.quoted(value);
    }

    pub(crate) fn quoted(&mut self, text: &str) {
        self.0.push('"');
        for character in text.chars() {
            match character {
                '"' => self.0.push_str("\\\""),
                '\\' => self.0.push_str("\\\\"),
                control if u32::from(control) < 0x20 => {
                    // Writing to a string cannot fail.
                    let _ = write!(self.0, "\\u{:04x}", u32::from(control));
                }
                other => self.0.push(other),
            }
        }
        self.0.push('"');
    }
}
