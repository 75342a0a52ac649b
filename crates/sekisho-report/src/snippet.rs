//! The lines of a source that a location covers, cut into what stands before, in and behind its span.
//!
//! Only these lines are shown, never their neighbours, which may hold credentials. Where a finding says
//! that its own span holds one, that span is masked in the snippet of every finding.

use std::collections::HashMap;
use std::ops::Range;

use sekisho_finding::Location;
use sekisho_manifest::{Segment, SourceId};

use crate::Report;

/// What stands for a credential.
const MASK: &str = "********";
/// Lines of one snippet.
const LINES: usize = 3;
/// Characters on either side of the span, and characters of a line of the span.
const CHARACTERS: usize = 300;

/// The snippets of a report.
pub(crate) struct Snippets<'a> {
    report: Report<'a>,
    masked: HashMap<SourceId, Vec<(usize, usize)>>,
}

/// The lines that a location covers.
#[derive(Debug, Default)]
pub(crate) struct Snippet {
    pub(crate) lines: Vec<SnippetLine>,
    /// Whether the span goes on below.
    pub(crate) more: bool,
}

/// One line of a source, not yet escaped for any output.
#[derive(Debug, Default)]
pub(crate) struct SnippetLine {
    /// The line, from 1.
    pub(crate) number: u32,
    /// What stands before the span.
    pub(crate) before: String,
    /// The part in the span.
    pub(crate) marked: String,
    /// What stands behind it.
    pub(crate) after: String,
}

impl Snippet {
    /// The spaces that every line begins with.
    pub(crate) fn indent(&self) -> usize {
        let spaces = |text: &str| text.len() - text.trim_start_matches(' ').len();
        self.lines
            .iter()
            .map(|line| {
                let before = spaces(&line.before);
                if before < line.before.len() { before } else { before + spaces(&line.marked) }
            })
            .min()
            .unwrap_or(0)
    }
}

impl SnippetLine {
    /// What stands before the span and in it, without this many spaces at the beginning.
    pub(crate) fn dedented(&self, indent: usize) -> (&str, &str) {
        let before = indent.min(self.before.len());
        (self.before.get(before..).unwrap_or(""), self.marked.get(indent - before..).unwrap_or(""))
    }
}

impl<'a> Snippets<'a> {
    /// Looks for what has to be masked.
    pub(crate) fn new(report: &Report<'a>) -> Self {
        let mut masked: HashMap<SourceId, Vec<(usize, usize)>> = HashMap::new();
        for finding in report.findings.iter().filter(|finding| finding.secret) {
            let related = finding.related.iter().map(|related| &related.location);
            let value = finding.location.value.as_ref().and_then(|value| value.place.as_deref());
            for location in related.chain([&finding.location]).chain(value) {
                let span = location.span;
                let Some(source) = report.source(span.source) else { continue };
                let (start, end) = (span.start as usize, span.end as usize);
                let key = key_length(source.text.get(start..end).unwrap_or(""), location);
                masked.entry(span.source).or_default().push((start + key, end));
            }
        }
        for ranges in masked.values_mut() {
            ranges.sort_unstable();
            ranges.dedup_by(|next, kept| {
                let overlaps = next.0 <= kept.1;
                if overlaps {
                    kept.1 = kept.1.max(next.1);
                }
                overlaps
            });
        }
        Self { report: *report, masked }
    }

    /// The lines of a location; none where its source is not at hand.
    pub(crate) fn of(&self, location: &Location) -> Snippet {
        let mut snippet = Snippet::default();
        let span = location.span;
        let (start, end) = (span.start as usize, span.end as usize);
        let Some(source) = self.report.source(span.source).filter(|source| source.name == location.file)
        else {
            return snippet;
        };
        let (Some(before), Some(marked), Some(after)) =
            (source.text.get(..start), source.text.get(start..end), source.text.get(end..))
        else {
            return snippet;
        };
        let before = tail(before);
        let mut number = location.start.line;
        let mut offset = start;
        let mut lines = marked.split('\n').peekable();
        while let Some(line) = lines.next() {
            let first = offset == start;
            let last = lines.peek().is_none();
            if snippet.lines.len() == LINES || (last && !first && line.trim().is_empty()) {
                snippet.more = !last;
                break;
            }
            let after = if last { head(after) } else { "" };
            snippet.lines.push(SnippetLine {
                number,
                before: if first {
                    self.mask(span.source, start - before.len(), before)
                        .trim_start_matches('\u{feff}')
                        .to_owned()
                } else {
                    String::new()
                },
                marked: self.mask(span.source, offset, head(line)),
                after: self.mask(span.source, end, after),
            });
            offset += line.len() + 1;
            number = number.saturating_add(1);
        }
        snippet
    }

    /// Whether a credential stands in these bytes of a source.
    pub(crate) fn is_masked(&self, source: SourceId, bytes: &Range<usize>) -> bool {
        let ranges = self.masked.get(&source).map_or(&[][..], Vec::as_slice);
        let first = ranges.partition_point(|(_, to)| *to <= bytes.start);
        ranges.get(first).is_some_and(|(from, _)| *from < bytes.end)
    }

    /// The text at this offset of the source, credentials in it masked.
    fn mask(&self, source: SourceId, offset: usize, text: &str) -> String {
        let end = offset + text.len();
        let ranges = self.masked.get(&source).map_or(&[][..], Vec::as_slice);
        let mut out = String::new();
        let mut at = offset;
        let first = ranges.partition_point(|(_, to)| *to <= offset);
        for (from, to) in ranges.iter().skip(first).take_while(|(from, _)| *from < end) {
            let (from, to) = ((*from).max(at), (*to).min(end));
            if from < to {
                out.push_str(text.get(at - offset..from - offset).unwrap_or(""));
                out.push_str(MASK);
                at = to;
            }
        }
        out.push_str(text.get(at - offset..).unwrap_or(""));
        out
    }
}

/// The bytes of the key before a value, which may be seen; none where the location is no field of a mapping
/// or its text begins otherwise.
fn key_length(text: &str, location: &Location) -> usize {
    let Some(Segment::Key(key)) = location.field.segments().last() else { return 0 };
    let rest = text.trim_start_matches(['"', '\'']).strip_prefix(key.as_str());
    let rest = rest.map(|rest| rest.trim_start_matches(['"', '\'']).trim_start_matches([' ', '\t']));
    rest.and_then(|rest| rest.strip_prefix(':')).map_or(0, |value| text.len() - value.trim_start().len())
}

/// The end of the last line of a text.
fn tail(text: &str) -> &str {
    let from = text
        .char_indices()
        .rev()
        .take(CHARACTERS)
        .take_while(|(_, letter)| !matches!(letter, '\n' | '\r'))
        .last()
        .map_or(text.len(), |(at, _)| at);
    text.get(from..).unwrap_or("")
}

/// The beginning of the first line of a text.
fn head(text: &str) -> &str {
    let to = text
        .char_indices()
        .take(CHARACTERS)
        .take_while(|(_, letter)| !matches!(letter, '\n' | '\r'))
        .last()
        .map_or(0, |(at, letter)| at + letter.len_utf8());
    text.get(..to).unwrap_or("")
}
