//! Fixes as changes of a file's text, for formats whose readers apply them.

use std::collections::HashMap;
use std::ops::Range;

use sekisho_finding::{Fix, Location};
use sekisho_manifest::edit::{Change, edit};
use sekisho_manifest::{Position, SourceId, Span};

use crate::Report;
use crate::snippet::Snippets;

/// Bytes of a document above which a fix is not worked out: each costs a reading of its document.
const LARGEST: usize = 256 << 10;
/// Lines of a replacement above which a fix is not shown as one.
const LINES: usize = 40;

/// These characters of a source become this text.
#[derive(Debug)]
pub(crate) struct Replacement {
    /// The first character that goes.
    pub(crate) start: Position,
    /// The one behind the last that goes.
    pub(crate) end: Position,
    /// What comes in their place.
    pub(crate) text: String,
}

/// Works fixes out.
pub(crate) struct Replacements<'a> {
    report: Report<'a>,
    snippets: Snippets<'a>,
    /// Where the documents of each source begin.
    documents: HashMap<SourceId, Vec<usize>>,
}

impl<'a> Replacements<'a> {
    /// Looks for the beginnings of documents in the sources that fixes are for.
    pub(crate) fn new(report: &Report<'a>) -> Self {
        let mut documents = HashMap::new();
        for fix in report.findings.iter().filter_map(|finding| finding.fix.as_ref()) {
            for edit in &fix.edits {
                let Some(source) = report.source(edit.source) else { continue };
                documents.entry(edit.source).or_insert_with(|| {
                    std::iter::once(0)
                        .chain(source.text.match_indices("\n---").map(|(at, _)| at + 1))
                        .collect()
                });
            }
        }
        Self { report: *report, snippets: Snippets::new(report), documents }
    }

    /// The change that a fix makes in the document of its finding; none where it changes other documents
    /// too, where it cannot be made, where the document or the change is large, or where a credential stands
    /// in what it rewrites.
    pub(crate) fn of(&self, fix: &Fix, location: &Location) -> Option<Replacement> {
        let id = location.span.source;
        let source = self.report.source(id).filter(|source| source.name == location.file)?;
        let first = fix.edits.first().filter(|_| !fix.by_hand)?.change.document;
        if fix.edits.iter().any(|edit| edit.source != id || edit.change.document != first) {
            return None;
        }
        let range = self.document(id, location.span, source.text.len());
        let old = source.text.get(range.clone()).filter(|text| text.len() <= LARGEST)?;
        // Alone, the document is the first of its text; where JSON values follow each other, it is not alone.
        let document = if range.len() == source.text.len() { first } else { 0 };
        let changes: Vec<Change> =
            fix.edits.iter().map(|edit| Change { document, ..edit.change.clone() }).collect();
        let new = edit(old, &changes).ok()?;
        let (gone, text) = difference(old, &new)?;
        // Between two edits far apart stands what neither is about.
        let whole = range.start + gone.start..range.start + gone.end;
        if text.lines().count() > LINES || self.snippets.is_masked(id, &whole) {
            return None;
        }
        let offset = |at: usize| u32::try_from(range.start + at).ok();
        Some(Replacement {
            start: source.position(offset(gone.start)?),
            end: source.position(offset(gone.end)?),
            text: text.to_owned(),
        })
    }

    /// The document that holds a span: from its separator, or the start, to the next separator.
    fn document(&self, source: SourceId, span: Span, length: usize) -> Range<usize> {
        let starts = self.documents.get(&source).map_or(&[][..], Vec::as_slice);
        let next = starts.partition_point(|start| *start <= span.start as usize);
        let start = next.checked_sub(1).and_then(|place| starts.get(place)).copied().unwrap_or(0);
        start..starts.get(next).copied().unwrap_or(length)
    }
}

/// The bytes of the old text that differ from the new one, and what stands there in the new one. None
/// where the texts are the same.
fn difference<'n>(old: &str, new: &'n str) -> Option<(Range<usize>, &'n str)> {
    let same = |pairs: &mut dyn Iterator<Item = (char, char)>| -> usize {
        pairs.take_while(|(old, new)| old == new).map(|(letter, _)| letter.len_utf8()).sum()
    };
    let start = same(&mut old.chars().zip(new.chars()));
    let (old_rest, new_rest) = (old.get(start..)?, new.get(start..)?);
    if old_rest.is_empty() && new_rest.is_empty() {
        return None;
    }
    let behind = same(&mut old_rest.chars().rev().zip(new_rest.chars().rev()));
    Some((start..old.len() - behind, new_rest.get(..new_rest.len() - behind)?))
}
