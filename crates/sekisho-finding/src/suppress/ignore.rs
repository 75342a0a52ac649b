//! Ignore comments: `# sekisho: ignore[slug]: reason`, behind the line or alone on the line above.

use sekisho_manifest::Source;

use crate::Location;

const MARK: &str = "# sekisho: ignore[";

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
        let text = source.line(above);
        if !text.trim_start().starts_with('#') {
            break;
        }
        found.extend(parse(text, above).filter(|_| text.trim_start().starts_with(MARK)));
    }
    found
}

fn parse(text: &str, line: u32) -> Option<Ignore<'_>> {
    let at = text.rfind(MARK)?;
    let starts_comment = text.get(..at)?.chars().next_back().is_none_or(char::is_whitespace);
    let (rules, rest) = text.get(at + MARK.len()..)?.split_once(']')?;
    starts_comment.then(|| Ignore {
        rules: rules.split(',').map(str::trim).filter(|rule| !rule.is_empty()).collect(),
        reason: rest.strip_prefix(':').unwrap_or("").trim(),
        line,
        column: u32::try_from(text.get(..at).unwrap_or("").chars().count() + 1).unwrap_or(u32::MAX),
    })
}
