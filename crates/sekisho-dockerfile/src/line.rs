//! Lines of a Dockerfile joined to instructions: directives, comments, continuations, texts within.

use std::ops::Range;

/// One instruction as it stands, its lines joined.
#[derive(Debug, Default)]
pub(crate) struct Logical {
    /// The text without the signs of continuation.
    pub(crate) text: String,
    /// Where pieces of the text stand in the file: offset in the text, offset in the file.
    pieces: Vec<(usize, usize)>,
    /// Where it stands in the file.
    pub(crate) range: Range<usize>,
}

impl Logical {
    /// Where a place of the text stands in the file.
    pub(crate) fn offset(&self, at: usize) -> usize {
        let piece = self.pieces.iter().rev().find(|(start, _)| *start <= at);
        piece.map_or(self.range.start, |(start, offset)| offset + (at - start))
    }
}

/// The lines of a file, each with where it begins, its end of line left out.
#[derive(Debug)]
pub(crate) struct Lines<'t> {
    text: &'t str,
    at: usize,
    /// The sign that continues a line.
    escape: char,
}

impl<'t> Lines<'t> {
    /// Reads the directives at the beginning.
    pub(crate) fn new(text: &'t str) -> Self {
        let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let mut lines = Self { text, at: start, escape: '\\' };
        for line in text.get(start..).unwrap_or_default().lines() {
            let Some((name, value)) = line.trim().strip_prefix('#').and_then(|rest| rest.split_once('='))
            else {
                break;
            };
            let name = name.trim().to_ascii_lowercase();
            if !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) || name.is_empty() {
                break;
            }
            if name == "escape" && value.trim() == "`" {
                lines.escape = '`';
            }
        }
        lines
    }

    pub(crate) fn escape(&self) -> char {
        self.escape
    }

    /// The next line with where it begins.
    pub(crate) fn line(&mut self) -> Option<(usize, &'t str)> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let start = self.at;
        let (line, length) = match rest.split_once('\n') {
            Some((line, _)) => (line, line.len() + 1),
            None => (rest, rest.len()),
        };
        self.at += length;
        Some((start, line.strip_suffix('\r').unwrap_or(line)))
    }

    /// The next instruction, comments and empty lines left out.
    pub(crate) fn logical(&mut self) -> Option<Logical> {
        let mut logical = Logical::default();
        let mut is_begun = false;
        while let Some((start, line)) = self.line() {
            let trimmed = line.trim();
            // Within an instruction too these lines are as if they were not there.
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            if !is_begun {
                logical.range.start = start + (line.len() - line.trim_start().len());
                is_begun = true;
            }
            let from = if logical.text.is_empty() { logical.range.start } else { start };
            let content = self.text.get(from..start + line.len()).unwrap_or_default();
            logical.pieces.push((logical.text.len(), from));
            let (content, continues) = match content.trim_end().strip_suffix(self.escape) {
                Some(content) => (content, true),
                None => (content.trim_end(), false),
            };
            logical.text.push_str(content);
            logical.range.end = from + content.len();
            if !continues {
                return Some(logical);
            }
        }
        is_begun.then_some(logical)
    }
}
