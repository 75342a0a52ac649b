//! Places in a text that stands in a manifest as a block: `rego: |`.

use sekisho_manifest::{Node, Source, Span};

/// Where a line and a character of the text stand in the manifest, to the end of the line; none where the text is
/// no plain block.
pub(super) fn inside(node: &Node, sources: &[Source], row: u32, column: u32) -> Option<Span> {
    let start = usize::try_from(node.span.start).ok()?;
    let text = &sources.get(usize::try_from(node.span.source.0).ok()?)?.text;
    let raw = text.get(start..usize::try_from(node.span.end).ok()?)?;
    let (header, body) = raw.split_once('\n')?;
    if !header.starts_with('|') || header.contains(|one: char| one.is_ascii_digit()) {
        return None;
    }
    let indent = body.lines().find(|line| !line.trim().is_empty())?;
    let indent = indent.len().checked_sub(indent.trim_start_matches(' ').len())?;
    let row = usize::try_from(row).ok()?.checked_sub(1)?;
    let mut lines = body.split_inclusive('\n');
    let before: usize = lines.by_ref().take(row).map(str::len).sum();
    let line = lines.next()?.trim_end();
    let characters = usize::try_from(column).ok()?.saturating_sub(1);
    let skipped = line.get(indent..)?.chars().take(characters).map(char::len_utf8).sum::<usize>();
    let line_start = start.checked_add(header.len())?.checked_add(1)?.checked_add(before)?;
    let offset = |inside: usize| u32::try_from(line_start.checked_add(inside)?).ok();
    Some(Span { start: offset(indent.checked_add(skipped)?)?, end: offset(line.len())?, ..node.span })
}
