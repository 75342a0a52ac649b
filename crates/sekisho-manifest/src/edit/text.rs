//! Lines, columns, blanks and comments of a text, and the splices that change it.

use std::cmp::Reverse;
use std::ops::Range;

use crate::Node;

/// A change of the text itself: these bytes become this text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Splice {
    pub(super) range: Range<usize>,
    pub(super) text: String,
    /// Of lines that are added at one place, those of a higher level come first.
    level: usize,
}

impl Splice {
    pub(super) fn insert(at: usize, text: impl Into<String>) -> Self {
        Self::replace(at..at, text)
    }

    /// Inserts lines that belong to a collection at this column. The items of a list may stand at the
    /// column of the keys of the mapping that holds it, and come before those.
    pub(super) fn lines(at: usize, text: String, column: usize, items: bool) -> Self {
        Self { range: at..at, text, level: 2 * column + usize::from(items) }
    }

    pub(super) fn delete(range: Range<usize>) -> Self {
        Self::replace(range, String::new())
    }

    pub(super) fn replace(range: Range<usize>, text: impl Into<String>) -> Self {
        Self { range, text: text.into(), level: usize::MAX }
    }
}

/// The text with the splices done. None where two overlap.
pub(super) fn splice(text: &str, mut splices: Vec<Splice>) -> Option<String> {
    splices.sort_by_key(|splice| (splice.range.start, splice.range.end, Reverse(splice.level)));
    let added: usize = splices.iter().map(|splice| splice.text.len()).sum();
    let mut out = String::with_capacity(text.len() + added);
    let mut at = 0;
    for splice in splices {
        out.push_str(text.get(at..splice.range.start)?);
        out.push_str(&splice.text);
        at = splice.range.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// The first byte of the line that holds `at`.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind(['\n', '\r'])).map_or(0, |found| found + 1)
}

/// The line break, or the end of the text, that ends the line that holds `at`.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find(['\n', '\r'])).map_or(text.len(), |step| at + step)
}

/// The first byte of the line behind the line break that begins at `at`.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or("");
    at + if rest.starts_with("\r\n") { 2 } else { usize::from(!rest.is_empty()) }
}

/// The line break of the line that holds `at`; none on a last line without one.
pub(super) fn line_break(text: &str, at: usize) -> Option<&'static str> {
    let rest = text.get(line_end(text, at)..).unwrap_or("");
    ["\r\n", "\r", "\n"].into_iter().find(|line_break| rest.starts_with(line_break))
}

/// The column of `at` in characters from 0; a byte order mark takes none.
pub(super) fn column(text: &str, at: usize) -> usize {
    let before = text.get(line_start(text, at)..at).unwrap_or("");
    before.trim_start_matches('\u{feff}').chars().count()
}

/// The blanks before the first character of the line that holds `at`.
pub(super) fn indentation(text: &str, at: usize) -> &str {
    let line = text.get(line_start(text, at)..line_end(text, at)).unwrap_or("");
    line.get(..line.len() - line.trim_start_matches([' ', '\t']).len()).unwrap_or("")
}

/// Whether only blanks stand before `at` on its line.
pub(super) fn begins_line(text: &str, at: usize) -> bool {
    let before = text.get(line_start(text, at)..at).unwrap_or("");
    before.trim_start_matches('\u{feff}').bytes().all(|byte| matches!(byte, b' ' | b'\t'))
}

/// The byte behind blanks.
pub(super) fn skip_blanks(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or("");
    at + rest.len() - rest.trim_start_matches([' ', '\t']).len()
}

/// The byte behind blanks, line breaks and comments.
pub(super) fn skip_space(text: &str, mut at: usize) -> usize {
    loop {
        let next = skip_blanks(text, at);
        at = match text.as_bytes().get(next) {
            Some(b'\n' | b'\r') => next_line(text, next),
            Some(b'#') if next > at || begins_word(text, next) => line_end(text, next),
            _ => return next,
        };
    }
}

/// Whether nothing, a blank or a line break stands before `at`, so that a `#` there begins a comment.
fn begins_word(text: &str, at: usize) -> bool {
    at.checked_sub(1)
        .and_then(|before| text.as_bytes().get(before))
        .is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}

/// The end of the line that holds `at`, where nothing but a comment stands from there on.
pub(super) fn comment_end(text: &str, at: usize) -> Option<usize> {
    let next = skip_blanks(text, at);
    match text.as_bytes().get(next) {
        None | Some(b'\n' | b'\r') => Some(next),
        Some(b'#') if next > at || begins_word(text, next) => Some(line_end(text, next)),
        _ => None,
    }
}

/// The column of a line that holds only a comment; none for any other line.
pub(super) fn comment_column(text: &str, line: usize) -> Option<usize> {
    let first = skip_blanks(text, line);
    (text.as_bytes().get(first) == Some(&b'#')).then(|| column(text, first))
}

/// Where comments begin that stand on the lines directly above this one, indented to this column.
pub(super) fn comments_above(text: &str, mut line: usize, column: usize) -> usize {
    while let Some(above) = previous_line(text, line)
        && comment_column(text, above) == Some(column)
    {
        line = above;
    }
    line
}

/// Where comments end that stand on the lines directly below, from this line on, indented deeper than this
/// column.
pub(super) fn comments_below(text: &str, mut line: usize, column: usize) -> usize {
    while line < text.len() && comment_column(text, line).is_some_and(|found| found > column) {
        line = next_line(text, line_end(text, line));
    }
    line
}

/// The first byte of the line before the line that begins at `line`.
fn previous_line(text: &str, line: usize) -> Option<usize> {
    let before = text.get(..line)?;
    let before = before.strip_suffix("\r\n").or_else(|| before.strip_suffix(['\n', '\r']))?;
    Some(line_start(text, before.len()))
}

/// The bytes of a node.
pub(super) fn range(node: &Node) -> (usize, usize) {
    (node.span.start as usize, node.span.end as usize)
}

/// Where the next part of a block collection begins behind this place, if one does: the first byte of the
/// next line that is neither blank nor a comment, or the comment that stands before it.
pub(super) fn next_content(text: &str, line: usize, end: usize) -> Option<usize> {
    let mut line = line;
    while line < end {
        let first = skip_blanks(text, line);
        if first != line_end(text, first) {
            return Some(first);
        }
        line = next_line(text, first);
        debug_assert_eq!(line, line_start(text, line));
    }
    None
}
