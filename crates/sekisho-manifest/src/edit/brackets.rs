//! Collections in brackets, taken apart.

use super::error::{EditErrorKind, Result};
use super::text::{
    Splice, begins_line, column, comment_end, comments_above, indentation, line_start, next_line, skip_space,
};
use crate::{Node, Value};

/// The parts of a collection in brackets.
#[derive(Debug)]
pub(super) struct Brackets {
    /// The opening bracket.
    pub(super) open: usize,
    /// The closing one.
    pub(super) close: usize,
    pub(super) parts: Vec<Part>,
}

/// One entry or item.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The comma behind it.
    pub(super) comma: Option<usize>,
}

impl Brackets {
    /// Takes a collection in brackets apart.
    pub(super) fn of(text: &str, node: &Node) -> Result<Self> {
        let open = node.span.start as usize;
        let bytes = text.as_bytes();
        if !matches!(bytes.get(open), Some(b'{' | b'[')) {
            return Err(EditErrorKind::Layout);
        }
        let mut parts: Vec<Part> = Vec::new();
        let mut part: Option<Part> = None;
        let mut depth = 0_usize;
        let mut at = open + 1;
        loop {
            let next = skip_space(text, at);
            let start = *part.get_or_insert(Part { start: next, end: next, comma: None });
            let end = match bytes.get(next).ok_or(EditErrorKind::Layout)? {
                b'}' | b']' if depth == 0 => {
                    parts.extend(part.filter(|part| part.end > part.start));
                    return Ok(Self { open, close: next, parts });
                }
                b',' if depth == 0 => {
                    parts.push(Part { comma: Some(next), ..start });
                    part = None;
                    at = next + 1;
                    continue;
                }
                b'}' | b']' => {
                    depth -= 1;
                    next + 1
                }
                b'{' | b'[' => {
                    depth += 1;
                    next + 1
                }
                b',' | b':' => next + 1,
                b'"' => quoted(bytes, next, true)?,
                b'\'' => quoted(bytes, next, false)?,
                _ => plain(bytes, next),
            };
            part = Some(Part { end, ..start });
            at = end;
        }
    }

    /// The part that holds an entry or item of the node, which is the node that was taken apart.
    pub(super) fn part(&self, node: &Node, index: usize) -> Result<Part> {
        match &node.value {
            Value::Sequence(items) if items.len() == self.parts.len() => {
                self.parts.get(index).copied().ok_or(EditErrorKind::Layout)
            }
            Value::Mapping(mapping) => {
                let key = mapping.entries().get(index).ok_or(EditErrorKind::Layout)?.key_span.start as usize;
                let next = self.parts.partition_point(|part| part.start <= key);
                let part = next.checked_sub(1).and_then(|index| self.parts.get(index)).copied();
                part.filter(|part| key < part.end).ok_or(EditErrorKind::Layout)
            }
            _ => Err(EditErrorKind::Layout),
        }
    }

    /// Whether the parts stand on lines of their own.
    pub(super) fn is_tall(&self, text: &str) -> bool {
        let first = self.parts.first().map_or(self.close, |part| part.start);
        text.get(self.open..first).is_some_and(|blanks| blanks.contains('\n'))
    }

    /// What stands before a part on its line.
    pub(super) fn indentation<'t>(&self, text: &'t str) -> Option<&'t str> {
        let first = self.parts.first()?;
        self.is_tall(text).then(|| indentation(text, first.start))
    }

    /// Whether a space stands behind the first comma that has a part behind it on its line.
    pub(super) fn space(&self, text: &str) -> Option<bool> {
        let comma = self.parts.iter().rev().skip(1).find_map(|part| part.comma)?;
        match text.as_bytes().get(comma + 1) {
            Some(b' ') => Some(true),
            Some(b'\n' | b'\r') | None => None,
            Some(_) => Some(false),
        }
    }

    /// Takes a part away, with its comma and its comments.
    pub(super) fn remove(&self, text: &str, start: usize) -> Result<Vec<Splice>> {
        let index =
            self.parts.binary_search_by_key(&start, |part| part.start).map_err(|_| EditErrorKind::Layout)?;
        let part = self.parts.get(index).copied().ok_or(EditErrorKind::Layout)?;
        let inside = self.open + 1..self.close;
        if self.parts.len() == 1 {
            let rest =
                |range: std::ops::Range<usize>| text.get(range).is_some_and(|text| text.trim().is_empty());
            let after = part.comma.map_or(part.end, |comma| comma + 1);
            if rest(self.open + 1..part.start) && rest(after..self.close) {
                return Ok(vec![Splice::delete(inside)]);
            }
            return Ok(vec![Splice::delete(part.start..after)]);
        }
        let before = index.checked_sub(1).and_then(|index| self.parts.get(index));
        let after = part.comma.map_or(part.end, |comma| comma + 1);
        let line = comment_end(text, after).filter(|end| *end < self.close && begins_line(text, part.start));
        // The comma before the last part goes with it.
        let comma = before
            .filter(|_| part.comma.is_none())
            .and_then(|before| before.comma)
            .map(|comma| Splice::delete(comma..comma + 1));
        if let Some(line) = line {
            let own = line_start(text, part.start);
            let level = column(text, part.start);
            let begin = comments_above(text, own, level).max(line_start(text, self.open));
            let begin = if begin <= self.open { own } else { begin };
            return Ok(comma.into_iter().chain([Splice::delete(begin..next_line(text, line))]).collect());
        }
        Ok(match (self.parts.get(index + 1), comma) {
            (Some(next), _) => {
                let gap = text.get(after..next.start).unwrap_or("");
                let end = if gap.trim().is_empty() && !gap.contains('\n') { next.start } else { after };
                vec![Splice::delete(part.start..end)]
            }
            (None, Some(comma)) => {
                let gap = text.get(comma.range.end..part.start).unwrap_or("");
                if gap.trim().is_empty() {
                    vec![Splice::delete(comma.range.start..part.end)]
                } else {
                    vec![comma, Splice::delete(part.start..part.end)]
                }
            }
            (None, None) => {
                let before = before.and_then(|before| before.comma).map_or(part.start, |comma| comma + 1);
                vec![Splice::delete(before..after)]
            }
        })
    }
}

/// The byte behind a text in quotes.
fn quoted(bytes: &[u8], start: usize, double: bool) -> Result<usize> {
    let quote = if double { b'"' } else { b'\'' };
    let mut at = start + 1;
    loop {
        let byte = *bytes.get(at).ok_or(EditErrorKind::Layout)?;
        let escaped = if double { byte == b'\\' } else { byte == quote && bytes.get(at + 1) == Some(&quote) };
        match byte {
            _ if escaped => at += 2,
            byte if byte == quote => return Ok(at + 1),
            _ => at += 1,
        }
    }
}

/// The byte behind a word without quotes; words of one text are read one by one.
fn plain(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        let next_ends = matches!(
            bytes.get(at + 1),
            None | Some(b' ' | b'\t' | b'\n' | b'\r' | b',' | b'[' | b']' | b'{' | b'}')
        );
        let ends = matches!(byte, b',' | b'[' | b']' | b'{' | b'}' | b'\n' | b'\r')
            || (*byte == b':' && next_ends)
            || (*byte == b'#' && matches!(bytes.get(at - 1), Some(b' ' | b'\t')));
        if ends {
            break;
        }
        at += 1;
    }
    while at > start + 1 && matches!(bytes.get(at - 1), Some(b' ' | b'\t')) {
        at -= 1;
    }
    at
}
