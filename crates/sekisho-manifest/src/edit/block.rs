//! Changes in block style: lines are added and taken away whole.

use serde_json::Value as Json;

use super::collection::Sharing;
use super::error::{EditErrorKind, Result};
use super::locate::{Spot, Written};
use super::page::Page;
use super::print::{self, Context, Quotes, child_column, is_filled};
use super::text::{
    Splice, begins_line, column, comment_end, comments_above, comments_below, line_end, line_start,
    next_content, next_line, range, skip_blanks,
};
use crate::{Node, Value};

/// Adds an entry at the end of a mapping.
pub(super) fn add_entry(page: Page<'_>, mapping: &Node, key: &str, value: &Json) -> Result<Vec<Splice>> {
    let column = column(page.text, range(mapping).0);
    let at = end_of(page.text, mapping, column)?;
    let break_ = page.line_break(at);
    let entry = print::block_entry(key, value, column, break_, page.style);
    let lines = format!("{break_}{}{entry}", " ".repeat(column));
    Ok(vec![Splice::lines(at, lines, column, false)])
}

/// Adds an item at the end of a sequence.
pub(super) fn add_item(page: Page<'_>, sequence: &Node, item: &Json) -> Result<Vec<Splice>> {
    let column = column(page.text, range(sequence).0);
    let at = end_of(page.text, sequence, column)?;
    let break_ = page.line_break(at);
    let item = print::block(item, column + 2, break_, page.style);
    let lines = format!("{break_}{}- {item}", " ".repeat(column));
    Ok(vec![Splice::lines(at, lines, column, true)])
}

/// Writes another value behind a key.
pub(super) fn replace_entry(page: Page<'_>, spot: &Spot<'_>, value: &Json) -> Result<Vec<Splice>> {
    let text = page.text;
    let filled = is_filled(value);
    let was_block = spot.is_block(text);
    if !filled && !was_block {
        return Ok(replace_inline(page, spot, value));
    }
    let key_column = spot.column(text);
    // What stays on the line of the key: an anchor.
    let (stays, line) = if was_block {
        let stays = behind_properties(text, spot);
        (stays, comment_end(text, stays).ok_or(EditErrorKind::Layout)?)
    } else {
        (spot.mark, comment_end(text, spot.end).ok_or(EditErrorKind::Layout)?)
    };
    let mut splices = Vec::new();
    if was_block {
        splices.push(Splice::delete(line..lines_end(text, spot, key_column)?));
    } else if spot.written != Written::Absent {
        let anchor = spot.anchor(text);
        let kept = if anchor.is_empty() { String::new() } else { format!(" {}", anchor.trim_end()) };
        splices.push(Splice::replace(spot.mark..spot.end, kept));
    }
    if filled {
        let column = child_column(value, key_column, page.style);
        let break_ = page.line_break(line);
        let lines = print::block(value, column, break_, page.style);
        let lines = format!("{break_}{}{lines}", " ".repeat(column));
        splices.push(Splice::lines(line, lines, column, value.is_array()));
    } else {
        let inline = print::inline(value, Context::Block, Quotes::None, page.style);
        splices.push(Splice::insert(stays, format!(" {inline}")));
    }
    Ok(splices)
}

/// Writes another value behind the `-` of an item, or as the document's root.
pub(super) fn replace_item(page: Page<'_>, spot: &Spot<'_>, value: &Json) -> Vec<Splice> {
    if !is_filled(value) {
        return replace_inline(page, spot, value);
    }
    let absent = spot.written == Written::Absent;
    let column = if absent { spot.column(page.text) + 2 } else { column(page.text, spot.start) };
    let lines = print::block(value, column, page.line_break(spot.start), page.style);
    let anchor = spot.anchor(page.text);
    if absent {
        vec![Splice::insert(spot.mark, format!(" {lines}"))]
    } else if anchor.is_empty() {
        vec![Splice::replace(spot.start..spot.end, lines)]
    } else {
        let break_ = page.line_break(spot.start);
        let lines = format!("{}{break_}{}{lines}", anchor.trim_end(), " ".repeat(column));
        vec![Splice::replace(spot.start..spot.end, lines)]
    }
}

/// Writes a value that fits on the line in place of another.
fn replace_inline(page: Page<'_>, spot: &Spot<'_>, value: &Json) -> Vec<Splice> {
    let inline = print::inline(value, Context::Block, spot.quotes(page.text), page.style);
    if spot.written == Written::Absent {
        return vec![Splice::insert(spot.mark, format!(" {inline}"))];
    }
    let anchor = spot.anchor(page.text);
    vec![Splice::replace(spot.start..spot.end, format!("{anchor}{inline}"))]
}

/// Takes an entry or item away, with its comments. The last one leaves an empty collection.
pub(super) fn remove(
    page: Page<'_>,
    holder: &Spot<'_>,
    spot: &Spot<'_>,
    top: bool,
) -> Result<(Vec<Splice>, Sharing)> {
    let text = page.text;
    let (start, end) = range(holder.node);
    let column = spot.column(text);
    let below = lines_end(text, spot, column)?;
    let own_line = begins_line(text, spot.head);
    let first = spot.head == start;
    if first && spot.end == end {
        let empty = if holder.node.as_mapping().is_some() { "{}" } else { "[]" };
        if own_line && holder.mark < start {
            let begin = comments_above(text, line_start(text, spot.head), column);
            let begin = begin.max(next_line(text, line_end(text, holder.mark)));
            let insert = Splice::insert(behind_properties(text, holder), format!(" {empty}"));
            return Ok((vec![insert, delete_lines(text, begin, below)], Sharing::Alone));
        }
        return Ok((vec![Splice::replace(spot.head..below, empty)], Sharing::Alone));
    }
    if own_line {
        let line = line_start(text, spot.head);
        // What stands above the first entry of a document is about the document.
        let begin = if top && first { line } else { comments_above(text, line, column) };
        let lines = if kept_before(text, holder.node, begin) {
            // Blank lines behind it would become part of the text before it, line breaks before it are one.
            Splice::delete(begin..next_line(text, blank_lines_end(text, below)))
        } else {
            delete_lines(text, begin, below)
        };
        // At the end of a text without a line break, the one before goes.
        let sharing = if lines.range.start < begin { Sharing::Alone } else { Sharing::Loses };
        return Ok((vec![lines], sharing));
    }
    let next = next_content(text, next_line(text, below), end).ok_or(EditErrorKind::Layout)?;
    Ok((vec![Splice::delete(spot.head..next)], Sharing::Alone))
}

/// Deletes lines: from the start of one to the end of another. Where the text ends without a line break,
/// it still does.
fn delete_lines(text: &str, begin: usize, end: usize) -> Splice {
    let next = next_line(text, end);
    if next > end {
        return Splice::delete(begin..next);
    }
    let before = text.get(..begin).unwrap_or("");
    let kept = before.strip_suffix("\r\n").or_else(|| before.strip_suffix(['\n', '\r'])).unwrap_or(before);
    Splice::delete(kept.len()..end)
}

/// The end of the last line of a block collection at this column, comments below it that are indented
/// deeper included.
fn end_of(text: &str, node: &Node, column: usize) -> Result<usize> {
    let end = kept_blank_lines(text, node, range(node).1);
    let line = comment_end(text, end).ok_or(EditErrorKind::Layout)?;
    Ok(below(text, line, column))
}

/// The end of the last line of a value whose key or `-` stands at this column, comments below it that are
/// indented deeper included.
fn lines_end(text: &str, spot: &Spot<'_>, column: usize) -> Result<usize> {
    let end =
        if spot.written == Written::Here { kept_blank_lines(text, spot.node, spot.end) } else { spot.end };
    let line = comment_end(text, end).ok_or(EditErrorKind::Layout)?;
    Ok(below(text, line, column))
}

/// The end of the comment lines below the line that ends here which are indented deeper than this column.
fn below(text: &str, line: usize, column: usize) -> usize {
    let next = next_line(text, line);
    let behind = comments_below(text, next, column);
    if behind == next {
        return line;
    }
    let comments = text.get(..behind).unwrap_or("");
    comments.strip_suffix("\r\n").or_else(|| comments.strip_suffix(['\n', '\r'])).unwrap_or(comments).len()
}

/// The end of a value, with the blank lines that belong to it where its last text keeps them: the last line
/// break of those is left out.
fn kept_blank_lines(text: &str, node: &Node, end: usize) -> usize {
    if keeps_blank_lines(text, node) { blank_lines_end(text, end) } else { end }
}

/// Whether the last text of a value keeps the blank lines behind it, as `|+` does.
fn keeps_blank_lines(text: &str, node: &Node) -> bool {
    let mut last = node;
    loop {
        let part = match &last.value {
            Value::Mapping(mapping) => mapping.entries().last().map(|entry| &entry.node),
            Value::Sequence(items) => items.last(),
            _ => None,
        };
        match part.filter(|part| part.span.end == last.span.end) {
            Some(part) => last = part,
            None => break,
        }
    }
    let (start, _) = range(last);
    let header = text.get(start..line_end(text, start)).unwrap_or("");
    let indicators = header.split([' ', '\t']).next().unwrap_or("");
    header.starts_with(['|', '>']) && indicators.contains('+') && last.as_str().is_some()
}

/// The end of the last blank line behind the line that ends here.
fn blank_lines_end(text: &str, end: usize) -> usize {
    let mut line = end;
    loop {
        let next = next_line(text, line);
        let blank = skip_blanks(text, next);
        if next == line || blank >= text.len() || blank != line_end(text, next) {
            return line;
        }
        line = blank;
    }
}

/// Whether the part of a collection that stands before this place keeps the blank lines behind it.
fn kept_before(text: &str, collection: &Node, head: usize) -> bool {
    let start = range(collection).0;
    let here = |node: &&Node| (start..head).contains(&range(node).0) && range(node).1 <= head;
    let entries = collection.entries().iter().map(|entry| &entry.node);
    let before = collection.items().iter().chain(entries).filter(here).max_by_key(|node| range(node).1);
    before.is_some_and(|node| keeps_blank_lines(text, node))
}

/// The byte behind the anchor and tag that stand on the line of the mark.
fn behind_properties(text: &str, spot: &Spot<'_>) -> usize {
    let mut at = spot.mark;
    loop {
        let next = skip_blanks(text, at);
        if !matches!(text.as_bytes().get(next), Some(b'&' | b'!')) {
            return at;
        }
        let rest = text.get(next..).unwrap_or("");
        at = next + rest.find([' ', '\t', '\n', '\r']).unwrap_or(rest.len());
    }
}
