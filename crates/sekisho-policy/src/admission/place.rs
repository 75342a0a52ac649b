//! From a byte of an expression to the byte of the source: through quotes, escapes, folds and indentation.

use std::ops::Range;

use sekisho_manifest::Span;

/// Where a part of a scalar's text stands in the source; none where text and source do not fit each other.
pub(super) fn locate(source: &str, scalar: Span, text: &str, part: Range<usize>) -> Option<Span> {
    let start = usize::try_from(scalar.start).ok()?;
    let end = usize::try_from(scalar.end).ok()?;
    let written = source.get(start..end)?;
    let first = offset(written, text, part.start)?;
    // The end is where the last character of the part ends, so that a fold behind it does not count.
    let last = text.get(..part.end)?.char_indices().next_back().map_or(0, |(at, _)| at).max(part.start);
    let beyond =
        if part.end > part.start { offset(written, text, last)? + step(written, text, last)? } else { first };
    let at = |offset: usize| u32::try_from(start + offset).ok();
    Some(Span { source: scalar.source, start: at(first)?, end: at(beyond.max(first))? })
}

/// How many bytes of the source stand for the character of the text at `at`.
fn step(written: &str, text: &str, at: usize) -> Option<usize> {
    let begin = offset(written, text, at)?;
    let character = text.get(at..)?.chars().next()?;
    let rest = written.get(begin..)?;
    Some(if rest.starts_with(character) { character.len_utf8() } else { escape(rest).unwrap_or(1) })
}

/// The byte of the source where the byte `wanted` of the text begins.
fn offset(written: &str, text: &str, wanted: usize) -> Option<usize> {
    let quote = written.chars().next().filter(|first| matches!(first, '"' | '\''));
    let block = written.starts_with(['|', '>']);
    let mut at = match quote {
        Some(_) => 1,
        None if block => written.find('\n')? + 1,
        None => 0,
    };
    for (place, character) in text.char_indices() {
        let rest = written.get(at..)?;
        // Indentation and folded line breaks have no part in the text, or stand for one blank.
        if !rest.starts_with(character) || (character == ' ' && folds(rest)) {
            let gap = rest.len() - rest.trim_start().len();
            if gap > 0 {
                if character.is_whitespace() && place < wanted {
                    at += if character == '\n' { rest.find('\n').map_or(gap, |line| line + 1) } else { gap };
                    continue;
                }
                at += gap;
            }
        }
        if place >= wanted {
            return Some(at);
        }
        let rest = written.get(at..)?;
        at += match quote {
            Some('\'') if character == '\'' => 2,
            Some('"') if rest.starts_with('\\') => escape(rest)?,
            _ if rest.starts_with(character) => character.len_utf8(),
            _ => return None,
        };
    }
    (wanted >= text.len()).then_some(at)
}

/// Whether blanks at the start of a source reach over the end of a line.
fn folds(rest: &str) -> bool {
    rest.chars().take_while(|character| character.is_whitespace()).any(|character| character == '\n')
}

/// The length of an escape in double quotes.
fn escape(rest: &str) -> Option<usize> {
    if !rest.starts_with('\\') {
        return None;
    }
    Some(match rest.chars().nth(1)? {
        'x' => 4,
        'u' => 6,
        'U' => 10,
        other => 1 + other.len_utf8(),
    })
}
