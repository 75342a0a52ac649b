//! Where something stands in the text of a module.

use std::cmp::Ordering;

/// A stretch of a module's text, and where it begins for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Span {
    /// Which of the modules of a compilation; the order in which they were given.
    pub module: u32,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
    /// The line, from 1.
    pub row: u32,
    /// The character of the line, from 1.
    pub column: u32,
}

impl Span {
    /// This span lengthened to where another ends.
    #[must_use]
    pub fn to(self, end: u32) -> Self {
        Self { end: end.max(self.start), ..self }
    }

    /// The bytes of the text that the span covers.
    pub fn of(self, text: &str) -> &str {
        let range = usize::try_from(self.start).unwrap_or(0)..usize::try_from(self.end).unwrap_or(0);
        text.get(range).unwrap_or("")
    }
}

/// A span with the name of its file, as errors show it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Location {
    /// The name that the caller gave to the module; empty for a query.
    pub file: String,
    /// The line, from 1.
    pub row: u32,
    /// The character of the line, from 1.
    pub column: u32,
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.file.is_empty() {
            write!(f, "{}:{}", self.row, self.column)
        } else {
            write!(f, "{}:{}", self.file, self.row)
        }
    }
}

impl PartialOrd for Span {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Span {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.module, self.start, self.end).cmp(&(other.module, other.start, other.end))
    }
}
