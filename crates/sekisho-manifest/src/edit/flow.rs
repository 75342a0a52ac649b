//! Collections in brackets: YAML's flow style and JSON.

use serde_json::Value as Json;

use super::brackets::Brackets;
use super::collection::Sharing;
use super::error::{EditErrorKind, Result};
use super::locate::{Spot, Written};
use super::page::Page;
use super::print::{self, Context, is_filled};
use super::text::{Splice, comment_end, indentation};
use crate::Node;

/// Adds an entry to a mapping in brackets.
pub(super) fn add_entry(
    page: Page<'_>,
    spot: &Spot<'_>,
    key: &str,
    value: &Json,
) -> Result<(Vec<Splice>, Sharing)> {
    let context = context(page, Some(spot.node));
    let key = print::key(key, context, page.style);
    add(page, spot, |indentation| format!("{key}{}", value_text(page, context, value, indentation)))
}

/// Adds an item to a sequence in brackets.
pub(super) fn add_item(page: Page<'_>, spot: &Spot<'_>, item: &Json) -> Result<(Vec<Splice>, Sharing)> {
    let context = context(page, Some(spot.node));
    add(page, spot, |indentation| value_text(page, context, item, indentation))
}

/// Adds what is printed for the indentation of its line, if it gets one of its own.
fn add(
    page: Page<'_>,
    spot: &Spot<'_>,
    print: impl Fn(Option<&str>) -> String,
) -> Result<(Vec<Splice>, Sharing)> {
    let text = page.text;
    let brackets = page.memory.brackets(text, spot.node)?;
    if !brackets.parts.is_empty() {
        let spaced = !page.style.json || page.style.spaced;
        return append(&brackets, page, &print(brackets.indentation(text)), spaced);
    }
    let inside = brackets.open + 1..brackets.close;
    if text.get(inside.clone()).is_some_and(|inside| !inside.trim().is_empty()) {
        return Ok((vec![Splice::insert(brackets.close, print(None))], Sharing::Alone));
    }
    let Some(unit) = page.style.unit.as_ref().filter(|_| page.style.json) else {
        return Ok((vec![Splice::replace(inside, print(None))], Sharing::Alone));
    };
    let outer = indentation(text, brackets.open);
    let inner = format!("{outer}{unit}");
    let line_break = page.line_break(brackets.open);
    let part = print(Some(&inner));
    let part = format!("{line_break}{inner}{part}{line_break}{outer}");
    Ok((vec![Splice::replace(inside, part)], Sharing::Alone))
}

/// Adds a part behind the last one. `spaced` says whether a comma is followed by a space.
fn append(brackets: &Brackets, page: Page<'_>, part: &str, spaced: bool) -> Result<(Vec<Splice>, Sharing)> {
    let text = page.text;
    let last = brackets.parts.last().ok_or(EditErrorKind::Layout)?;
    let after = last.comma.map_or(last.end, |comma| comma + 1);
    let (before, behind) = if last.comma.is_some() { ("", ",") } else { (",", "") };
    let line = comment_end(text, after).filter(|end| *end < brackets.close && brackets.is_tall(text));
    let gap = match line {
        Some(line) => format!("{}{}", page.line_break(line), indentation(text, last.start)),
        None if brackets.space(text).unwrap_or(spaced) => " ".to_owned(),
        None => String::new(),
    };
    let comment = line.filter(|line| text.get(after..*line).is_some_and(|gap| !gap.trim().is_empty()));
    let Some(line) = comment else {
        let added = Splice::insert(after, format!("{before}{gap}{part}{behind}"));
        return Ok((vec![added], Sharing::Gains));
    };
    let added = Splice::insert(line, format!("{gap}{part}{behind}"));
    if before.is_empty() {
        return Ok((vec![added], Sharing::Gains));
    }
    Ok((vec![Splice::insert(after, before), added], Sharing::Alone))
}

/// Writes another value in place of one between brackets, or of the whole of a JSON document.
pub(super) fn replace(page: Page<'_>, brackets: Option<&Node>, spot: &Spot<'_>, value: &Json) -> Vec<Splice> {
    let context = context(page, brackets);
    let text = page.text;
    let printed = if is_filled(value) {
        value_text(page, context, value, Some(indentation(text, spot.head)))
    } else {
        print::inline(value, context, spot.quotes(text), page.style)
    };
    if spot.written == Written::Absent {
        let mark = if spot.marked { " " } else { ": " };
        return vec![Splice::insert(spot.mark, format!("{mark}{printed}"))];
    }
    vec![Splice::replace(spot.start..spot.end, format!("{}{printed}", spot.anchor(text)))]
}

/// Takes an entry or item away, with its comma and its comments.
pub(super) fn remove(page: Page<'_>, holder: &Spot<'_>, spot: &Spot<'_>) -> Result<(Vec<Splice>, Sharing)> {
    let brackets = page.memory.brackets(page.text, holder.node)?;
    let last = brackets.parts.last().is_none_or(|last| last.start == spot.head);
    let sharing = if last { Sharing::Alone } else { Sharing::Loses };
    Ok((brackets.remove(page.text, spot.head)?, sharing))
}

/// How values are printed in a collection: like JSON where its keys are.
fn context(page: Page<'_>, brackets: Option<&Node>) -> Context {
    let quoted = |key: usize| page.text.as_bytes().get(key) == Some(&b'"');
    let like_json = brackets
        .and_then(|node| node.entries().first())
        .is_some_and(|entry| quoted(entry.key_span.start as usize));
    if page.style.json || like_json { Context::Json } else { Context::Flow }
}

/// Prints a value; in JSON on several lines, behind this indentation, where the document is written so.
fn value_text(page: Page<'_>, context: Context, value: &Json, indentation: Option<&str>) -> String {
    match (&page.style.unit, indentation) {
        (Some(unit), Some(indentation)) if page.style.json && is_filled(value) => {
            let line_break = page.style.line_break;
            print::pretty(value, indentation, unit, line_break, page.style)
        }
        _ => print::inline(value, context, print::Quotes::None, page.style),
    }
}
