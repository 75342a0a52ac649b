//! Headers as messages, Debian's control files and Python's metadata have them.

use std::ops::Range;

use crate::sheet::Sheet;

/// A header.
#[derive(Debug)]
pub(crate) struct Header {
    /// Its key in lower case.
    pub(crate) key: String,
    /// Its value, lines that go on with it joined by line breaks.
    pub(crate) value: String,
    /// Its first line.
    pub(crate) span: Range<u32>,
}

/// The headers up to the first empty line; lines that are indented go on with the one before.
pub(crate) fn headers(sheet: &Sheet<'_>) -> Vec<Header> {
    let mut paragraphs = paragraphs(sheet);
    if paragraphs.is_empty() { Vec::new() } else { paragraphs.swap_remove(0) }
}

/// All paragraphs of headers.
pub(crate) fn paragraphs(sheet: &Sheet<'_>) -> Vec<Vec<Header>> {
    let mut paragraphs: Vec<Vec<Header>> = Vec::new();
    let mut is_open = false;
    for line in sheet.lines() {
        if line.text.trim().is_empty() {
            is_open = false;
            continue;
        }
        if !is_open {
            paragraphs.push(Vec::new());
            is_open = true;
        }
        let Some(headers) = paragraphs.last_mut() else { continue };
        if line.indent() > 0 {
            if let Some(header) = headers.last_mut() {
                header.value.push('\n');
                header.value.push_str(line.text.trim());
            }
        } else if let Some((key, value)) = line.text.split_once(':') {
            let key = key.trim().to_ascii_lowercase();
            headers.push(Header { key, value: value.trim().to_owned(), span: sheet.line_span(&line) });
        }
    }
    paragraphs
}
