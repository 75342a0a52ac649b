//! Where something stands in a text.

/// A part of a text by its lines, columns and bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line of its first byte, from 1.
    pub line: u32,
    /// The column of its first byte in bytes, from 1.
    pub column: u32,
    /// The line of its last byte.
    pub end_line: u32,
    /// The column of its last byte.
    pub end_column: u32,
    /// Its first byte, from the beginning of the text.
    pub start: usize,
    /// The byte behind its last.
    pub end: usize,
}

impl Place {
    /// The same place in a text that begins so many lines and bytes later.
    pub(crate) fn moved(self, lines: usize, bytes: usize) -> Self {
        let lines = number(lines);
        Self {
            line: self.line.saturating_add(lines),
            end_line: self.end_line.saturating_add(lines),
            start: self.start + bytes,
            end: self.end + bytes,
            ..self
        }
    }
}

/// The ends of the lines of a text.
pub(crate) struct Lines<'t> {
    text: &'t [u8],
    ends: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(crate) fn of(text: &'t [u8]) -> Self {
        Self { text, ends: memchr::memchr_iter(b'\n', text).collect() }
    }

    /// The place of some bytes.
    pub(crate) fn place(&self, start: usize, end: usize) -> Place {
        let (line, column) = self.at(start);
        let (end_line, end_column) = self.at(end.saturating_sub(1).max(start));
        Place { line, column, end_line, end_column, start, end }
    }

    /// The lines that some bytes stand on, without the last line break.
    pub(crate) fn around(&self, start: usize, end: usize) -> &'t [u8] {
        let before = self.text.get(..start).unwrap_or_default();
        let from = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        let last = end.saturating_sub(1).max(start);
        let behind = self.text.get(last..).unwrap_or_default();
        let to = memchr::memchr(b'\n', behind).map_or(self.text.len(), |at| last + at);
        self.text.get(from..to).unwrap_or_default()
    }

    fn at(&self, byte: usize) -> (u32, u32) {
        let line = self.ends.partition_point(|end| *end < byte);
        let start = line.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| end + 1);
        (number(line + 1), number(byte.saturating_sub(start) + 1))
    }
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
