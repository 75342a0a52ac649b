//! Ignore comments: `# sekisho: ignore[slug]: reason`, behind the line or alone on the line above; in templates of
//! charts also `{{/* sekisho: ignore[slug]: reason */}}`, which does not get into what they make.

use sekisho_manifest::Source;

use crate::Location;

/// What ignore comments begin with, up to the slugs.
pub const MARKS: [&str; 2] = ["# sekisho: ignore[", "/* sekisho: ignore["];

/// One ignore comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignore<'t> {
    /// The slugs it names.
    pub rules: Vec<&'t str>,
    /// The reason; empty where none is given, and then the comment does not count.
    pub reason: &'t str,
    /// Its line, from 1.
    pub line: u32,
    /// Its column, from 1.
    pub column: u32,
}

/// The ignore comments that speak of a location: the one behind its first line, and those on the lines
/// above it that hold nothing but a comment.
pub fn ignores_at<'t>(source: &'t Source, location: &Location) -> Vec<Ignore<'t>> {
    let mut found = Vec::new();
    let line = location.start.line;
    let text = source.line(line);
    let behind = if location.end.line == line { location.end.column } else { location.start.column };
    found.extend(parse(text, line).filter(|ignore| ignore.column >= behind));
    for above in (1..line).rev() {
        let Some(comment) = comment(source.line(above)) else { break };
        let begins = MARKS.iter().any(|mark| comment.starts_with(mark));
        found.extend(parse(source.line(above), above).filter(|_| begins));
    }
    found
}

/// The comment that is all of a line.
fn comment(line: &str) -> Option<&str> {
    let text = line.trim();
    if text.starts_with('#') {
        return Some(text);
    }
    let action = text.strip_prefix("{{")?;
    let comment = action.strip_prefix('-').unwrap_or(action).trim_start();
    (comment.starts_with("/*") && text.ends_with("}}")).then_some(comment)
}

fn parse(text: &str, line: u32) -> Option<Ignore<'_>> {
    let (at, mark) = MARKS.iter().filter_map(|mark| Some((text.rfind(mark)?, *mark))).max()?;
    let before = text.get(..at)?.chars().next_back();
    let starts_comment = before
        .is_none_or(|before| before.is_whitespace() || mark.starts_with('/') && matches!(before, '{' | '-'));
    let (rules, rest) = text.get(at + mark.len()..)?.split_once(']')?;
    let rest = if mark.starts_with('/') { rest.split("*/").next().unwrap_or(rest) } else { rest };
    starts_comment.then(|| Ignore {
        rules: rules.split(',').map(str::trim).filter(|rule| !rule.is_empty()).collect(),
        reason: rest.strip_prefix(':').unwrap_or("").trim(),
        line,
        column: u32::try_from(text.get(..at).unwrap_or("").chars().count() + 1).unwrap_or(u32::MAX),
    })
}
