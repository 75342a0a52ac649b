//! A rendered file → its documents, cut where Helm cuts.

use std::ops::Range;

/// The ranges of the documents of a text that hold more than blanks, without blanks before them.
///
/// As in Helm a document ends where a line begins with `---`, whatever stands behind that, and a separator
/// that follows another one right away belongs to the next document.
pub(super) fn documents(text: &str) -> Vec<Range<usize>> {
    let start = text.len() - text.trim_start().len();
    let mut documents = Vec::new();
    let mut begin = start;
    let mut search = start;
    if text.get(start..).is_some_and(|rest| rest.starts_with("---")) {
        begin = behind_separator(text, start);
        search = begin;
    }
    while let Some(found) = text.get(search..).and_then(|rest| rest.find("\n---")) {
        let line = search + found;
        let end =
            text.get(begin..line).map_or(begin, |before| begin + before.trim_end_matches(is_blank).len());
        documents.push(begin..end);
        begin = behind_separator(text, line + 1);
        search = begin;
    }
    documents.push(begin..text.len());
    documents
        .into_iter()
        .filter_map(|range| {
            let document = text.get(range.clone())?;
            let trimmed = document.trim_start();
            (!trimmed.is_empty()).then(|| range.end - trimmed.len()..range.end)
        })
        .collect()
}

/// Where the text goes on behind a separator that stands at an offset, and the blanks behind it.
fn behind_separator(text: &str, at: usize) -> usize {
    let rest = text.get(at + 3..).unwrap_or("");
    text.len() - rest.trim_start_matches(is_blank).len()
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}
