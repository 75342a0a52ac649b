//! Cuts a text into its documents, so that each is changed and read again by itself.

use std::ops::Range;

use crate::{Budget, Document, Format, Loaded, Node, SourceId, load};

/// Reads a text as every command reads it.
pub(super) fn read(text: &str) -> Loaded {
    load(SourceId(0), text, Format::Detect, &Budget::default())
}

/// One document of a text, alone.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// Where it stands in the whole text.
    pub(super) range: Range<usize>,
    /// How it is read.
    pub(super) format: Format,
}

impl Part {
    /// The part of the text that holds this document: from its separator, or the start, to the next
    /// separator. JSON is cut to the value alone, since several may follow each other without separators.
    pub(super) fn of(text: &str, document: &Document) -> Self {
        let (start, end) = (document.root.span.start as usize, document.root.span.end as usize);
        let root = text.get(start..end).unwrap_or("");
        if root.starts_with(['{', '[']) && is_json(root) {
            return Self { range: start..end, format: Format::Json };
        }
        let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let before = text.get(..start).unwrap_or("");
        let begin = before.rfind("\n---").map_or(mark, |at| at + 1);
        let end = text.get(end..).and_then(|rest| rest.find("\n---")).map_or(text.len(), |at| end + at + 1);
        Self { range: begin..end, format: Format::Yaml }
    }

    /// Reads the document from its own text.
    pub(super) fn root(&self, text: &str) -> Result<Node, Box<Loaded>> {
        let mut loaded = load(SourceId(0), text, self.format, &Budget::default());
        match loaded.documents.pop() {
            Some(document) if loaded.errors.is_empty() && loaded.documents.is_empty() => Ok(document.root),
            _ => Err(Box::new(loaded)),
        }
    }
}

fn is_json(text: &str) -> bool {
    let loaded = load(SourceId(0), text, Format::Json, &Budget::default());
    loaded.errors.is_empty() && loaded.documents.len() == 1
}
