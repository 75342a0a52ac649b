//! Where in a source something stands: byte spans, and lines and columns when a person asks.

use std::sync::{Arc, OnceLock};

use smol_str::SmolStr;

use crate::Origins;

/// A source (one file, or standard input) by its place in the run's table of sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SourceId(pub u32);

/// A range of bytes in one source: `start` inclusive, `end` exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    /// The source that the offsets count in.
    pub source: SourceId,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span from the start of `self` to the end of `other`; both lie in one source.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { end: other.end.max(self.end), ..self }
    }
}

/// A line and a column, both counted from 1; the column counts Unicode code points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in code points.
    pub column: u32,
}

/// A source's name and text, kept so that findings can show their place.
#[derive(Debug, Clone)]
pub struct Source {
    /// The name as it is shown: the path as the user gave it, `-` for standard input.
    pub name: SmolStr,
    /// The text as it was read, byte order mark included.
    pub text: Arc<str>,
    lines: OnceLock<LineIndex>,
    origins: Option<Arc<Origins>>,
}

impl Source {
    /// Makes a source of a name and its text.
    pub fn new(name: impl Into<SmolStr>, text: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), text: text.into(), lines: OnceLock::new(), origins: None }
    }

    /// Makes a source of a text that was rendered of other sources.
    pub fn rendered(name: impl Into<SmolStr>, text: impl Into<Arc<str>>, origins: Origins) -> Self {
        Self { origins: Some(Arc::new(origins)), ..Self::new(name, text) }
    }

    /// Where the bytes came from, if the text was rendered.
    pub fn origins(&self) -> Option<&Origins> {
        self.origins.as_deref()
    }

    /// Gives the sources that the bytes came from other numbers.
    pub fn renumber(&mut self, number: &dyn Fn(SourceId) -> SourceId) {
        if let Some(origins) = &mut self.origins {
            Arc::make_mut(origins).renumber(number);
        }
    }

    /// The line and column of a byte offset; an offset past the end is the end.
    pub fn position(&self, offset: u32) -> Position {
        self.lines.get_or_init(|| LineIndex::new(&self.text)).position(&self.text, offset)
    }

    /// The positions of a span's first byte and of the byte behind its last.
    pub fn range(&self, span: Span) -> (Position, Position) {
        (self.position(span.start), self.position(span.end))
    }

    /// The text of a line counted from 1, without its line break; empty when there is no such line.
    pub fn line(&self, line: u32) -> &str {
        self.lines.get_or_init(|| LineIndex::new(&self.text)).line(&self.text, line)
    }
}

/// The offsets at which lines begin, for turning offsets into positions.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes a text. Lines end with `\n`, `\r\n` or a lone `\r`.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (offset, byte) in bytes.iter().enumerate() {
            let ends = match byte {
                b'\n' => true,
                b'\r' => bytes.get(offset + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends {
                starts.push(u32::try_from(offset + 1).unwrap_or(u32::MAX));
            }
        }
        Self { starts }
    }

    /// The line and column of a byte offset in the text that was indexed.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let offset = offset.min(u32::try_from(text.len()).unwrap_or(u32::MAX));
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0) as usize;
        let before = text.get(start..offset as usize).unwrap_or("");
        let before = before.strip_prefix('\u{feff}').unwrap_or(before);
        Position {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX),
        }
    }

    fn line<'t>(&self, text: &'t str, line: u32) -> &'t str {
        let index = (line as usize).saturating_sub(1);
        let Some(start) = self.starts.get(index) else {
            return "";
        };
        let end = self.starts.get(index + 1).map_or(text.len(), |next| *next as usize);
        text.get(*start as usize..end).unwrap_or("").trim_end_matches(['\n', '\r'])
    }
}
