//! Bytes of a file → text with lines, whatever was done to it: byte order marks, other encodings, unresolved merges.

use std::borrow::Cow;
use std::ops::Range;

use sekisho_manifest::{SourceId, decode};

use crate::fault::Fault;

/// The text of a file and its path.
#[derive(Debug)]
pub(crate) struct Sheet<'b> {
    /// The path within its tree, with `/` between its parts.
    pub(crate) path: &'b str,
    /// The text, without a byte order mark.
    pub(crate) text: Cow<'b, str>,
    /// How many bytes stand before the text.
    shift: usize,
}

/// A line without its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'t> {
    /// Its number, from 1.
    pub(crate) number: usize,
    /// Where it begins in the text.
    pub(crate) start: usize,
    /// Its text.
    pub(crate) text: &'t str,
}

/// Where the lines of a file end.
#[derive(Debug)]
pub(crate) struct LineNumbers {
    breaks: Vec<u32>,
}

impl LineNumbers {
    /// The line, from 1, of a byte of the file.
    pub(crate) fn of(&self, at: u32) -> u32 {
        u32::try_from(self.breaks.partition_point(|end| *end < at)).map_or(u32::MAX, |before| before + 1)
    }
}

impl Line<'_> {
    /// How many spaces it begins with; a tab is one.
    pub(crate) fn indent(&self) -> usize {
        self.text.len() - self.text.trim_start_matches([' ', '\t']).len()
    }
}

impl<'b> Sheet<'b> {
    /// The most bytes that are read of a file.
    pub(crate) const LARGEST: usize = 32 << 20;

    /// Reads the bytes of a file; nothing where they are too many.
    pub(crate) fn read(path: &'b str, bytes: &'b [u8], faults: &mut Vec<Fault>) -> Option<Self> {
        if bytes.len() > Self::LARGEST {
            faults.push(Fault::Large { size: bytes.len(), limit: Self::LARGEST });
            return None;
        }
        let text = match decode(SourceId(0), bytes) {
            Ok(text) => text,
            Err(error) => {
                faults.push(Fault::Encoding(error.span.start as usize));
                Cow::Owned(patched(bytes))
            }
        };
        let mark = '\u{feff}'.len_utf8();
        let (text, shift) = match text {
            Cow::Borrowed(text) if text.starts_with('\u{feff}') => {
                (Cow::Borrowed(text.get(mark..).unwrap_or_default()), mark)
            }
            Cow::Owned(text) if text.starts_with('\u{feff}') => {
                (Cow::Owned(text.get(mark..).unwrap_or_default().to_owned()), mark)
            }
            text => (text, 0),
        };
        let mut sheet = Self { path, text, shift };
        if let Some((line, resolved)) = first_side(&sheet.text) {
            faults.push(Fault::Conflict(line));
            sheet.text = Cow::Owned(resolved);
        }
        Some(sheet)
    }

    /// The name of the file.
    pub(crate) fn file_name(&self) -> &'b str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }

    /// The folders above the file, the nearest first.
    pub(crate) fn folders(&self) -> impl Iterator<Item = &'b str> {
        self.path.rsplit('/').skip(1)
    }

    /// The lines.
    pub(crate) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        lines(&self.text)
    }

    /// The bytes of the file that these bytes of the text are.
    pub(crate) fn span(&self, range: Range<usize>) -> Range<u32> {
        let offset = |at: usize| u32::try_from(at + self.shift).unwrap_or(u32::MAX);
        offset(range.start)..offset(range.end)
    }

    /// The lines of the file, to be asked for many places: in a file of one line a column would cost the whole line.
    pub(crate) fn line_numbers(&self) -> LineNumbers {
        let breaks = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        LineNumbers { breaks: breaks.map(|(at, _)| self.span(at..at).start).collect() }
    }

    /// The bytes of a line, without the space around it.
    pub(crate) fn line_span(&self, line: &Line<'_>) -> Range<u32> {
        let start = line.start + (line.text.len() - line.text.trim_start().len());
        self.span(start..start + line.text.trim().len())
    }

    /// The line, from 1, at a byte of the text.
    pub(crate) fn line_at(&self, at: usize) -> usize {
        self.text.get(..at).unwrap_or(&self.text).matches('\n').count() + 1
    }
}

/// The lines of a text.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut start = 0;
    text.split('\n').enumerate().map(move |(index, line)| {
        let begin = start;
        start += line.len() + 1;
        Line { number: index + 1, start: begin, text: line.strip_suffix('\r').unwrap_or(line) }
    })
}

/// The text with `?` for each byte that is no UTF-8, so that places stay.
fn patched(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    text
}

/// The line of the first unresolved merge, and the text with blanks for marks and for all sides but the first.
fn first_side(text: &str) -> Option<(usize, String)> {
    if !text.contains("<<<<<<< ") || !text.contains("\n>>>>>>> ") {
        return None;
    }
    let mut first = None;
    let mut resolved = String::with_capacity(text.len());
    let (mut is_open, mut is_kept) = (false, true);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let is_mark = |mark: &str| line.starts_with(mark) && !line[mark.len()..].starts_with(&mark[..1]);
        let mut is_blank = false;
        if !is_open && is_mark("<<<<<<<") {
            first = first.or(Some(index + 1));
            (is_open, is_kept, is_blank) = (true, true, true);
        } else if is_open && (is_mark("|||||||") || is_mark("=======")) {
            (is_kept, is_blank) = (false, true);
        } else if is_open && is_mark(">>>>>>>") {
            (is_open, is_kept, is_blank) = (false, true, true);
        }
        if is_blank || !is_kept {
            resolved.extend(
                line.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { char::from(byte) } else { ' ' }),
            );
        } else {
            resolved.push_str(line);
        }
    }
    first.map(|line| (line, resolved))
}
