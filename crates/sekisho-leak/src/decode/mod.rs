//! What is encoded in a text, decoded in place, pass after pass.

mod forms;
mod scan;

use std::ops::Range;

use self::scan::encoded;

/// A way in which a text is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// `%41`.
    Percent,
    /// `\u0041`, `U+0041`.
    Unicode,
    /// `41`, two digits a byte.
    Hexadecimal,
    /// Base 64, with either alphabet.
    Base64,
}

/// The encodings that something was decoded from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Encodings(u8);

/// A part of a text that was decoded.
#[derive(Debug, Clone)]
struct Segment {
    /// Where it stands in the text as it was given.
    original: Range<usize>,
    /// Where it stood in the text of the pass before.
    encoded: Range<usize>,
    /// Where what it became stands in the text of its own pass.
    decoded: Range<usize>,
    encodings: Encodings,
}

/// The passes over a text: each decodes what the one before left encoded.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    passes: Vec<Vec<Segment>>,
}

/// Where a match of decoded text comes from.
pub(crate) struct Source {
    /// The bytes of the text as it was given.
    pub(crate) original: Range<usize>,
    pub(crate) encodings: Encodings,
    /// The lines of decoded text around it.
    pub(crate) line: Range<usize>,
}

impl Encoding {
    const ALL: [Self; 4] = [Self::Percent, Self::Unicode, Self::Hexadecimal, Self::Base64];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Percent => "percent",
            Self::Unicode => "unicode",
            Self::Hexadecimal => "hex",
            Self::Base64 => "base64",
        }
    }
}

impl Encodings {
    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Encoding> {
        Encoding::ALL.into_iter().filter(move |one| self.0 & 1 << (*one as u8) != 0)
    }

    /// Whether nothing was decoded.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl From<Encoding> for Encodings {
    fn from(one: Encoding) -> Self {
        Self(1 << (one as u8))
    }
}

impl Decoder {
    /// How many passes there were.
    pub(crate) fn depth(&self) -> usize {
        self.passes.len()
    }

    /// Decodes what is encoded in the text of the last pass; none where nothing is.
    pub(crate) fn decode(&mut self, text: &[u8]) -> Option<Vec<u8>> {
        let mut segments: Vec<Segment> = Vec::new();
        let mut out = Vec::new();
        let mut copied = 0;
        for (encoded, encoding) in encoded(text) {
            let written = text.get(encoded.clone()).unwrap_or_default();
            let Some(decoded) = forms::decode(encoding, written) else { continue };
            out.extend_from_slice(text.get(copied..encoded.start).unwrap_or_default());
            let start = out.len();
            out.extend_from_slice(&decoded);
            copied = encoded.end;
            let before = self.passes.last().map(Vec::as_slice).unwrap_or_default();
            let inherited = before.iter().filter(|segment| touches(&segment.decoded, &encoded));
            let encodings = inherited.fold(encoding.into(), |all: Encodings, one| all.with(one.encodings));
            segments.push(Segment {
                original: self.original(encoded.clone()),
                encoded,
                decoded: start..out.len(),
                encodings,
            });
        }
        if segments.is_empty() {
            return None;
        }
        out.extend_from_slice(text.get(copied..).unwrap_or_default());
        self.passes.push(segments);
        Some(out)
    }

    /// Where a match in the text of the last pass comes from; none where nothing of it was decoded in that pass,
    /// so that it was there before already.
    pub(crate) fn source(&self, text: &[u8], found: &Range<usize>) -> Option<Source> {
        let segments = self.passes.last()?;
        let mut touched = segments.iter().filter(|segment| touches(&segment.decoded, found)).peekable();
        let first = touched.peek()?.decoded.clone();
        let (mut line, mut encodings) = (first, Encodings::default());
        for segment in touched {
            line = merged(&line, &segment.decoded);
            encodings = encodings.with(segment.encodings);
        }
        let before = text.get(..line.start).unwrap_or_default();
        let behind = text.get(line.end..).unwrap_or_default();
        let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        let end = memchr::memchr(b'\n', behind).map_or(text.len(), |at| line.end + at);
        Some(Source { original: self.original(found.clone()), encodings, line: start..end })
    }

    /// The bytes of the given text that some bytes of the last pass's text come from.
    fn original(&self, found: Range<usize>) -> Range<usize> {
        let mut found = found;
        for segments in self.passes.iter().rev() {
            let mut above: Option<Range<usize>> = None;
            let from = segments.partition_point(|segment| segment.decoded.end < found.start);
            let touched = segments.get(from..).unwrap_or_default();
            for segment in touched.iter().take_while(|segment| segment.decoded.start <= found.end) {
                if segment.decoded.start <= found.start && found.end <= segment.decoded.end {
                    return segment.original.clone();
                }
                // What goes beyond the segment is as long in front of it and behind it as before decoding.
                let front = segment.decoded.start.saturating_sub(found.start);
                let back = found.end.saturating_sub(segment.decoded.end);
                let whole = segment.encoded.start.saturating_sub(front)..segment.encoded.end + back;
                above = Some(above.map_or_else(|| whole.clone(), |above| merged(&above, &whole)));
            }
            found = above.unwrap_or_else(|| shifted(segments, &found));
        }
        found
    }
}

/// The place of bytes that no segment touches, in the text of the pass before.
fn shifted(segments: &[Segment], found: &Range<usize>) -> Range<usize> {
    let before = segments.partition_point(|segment| segment.decoded.end <= found.start);
    match before.checked_sub(1).and_then(|at| segments.get(at)) {
        Some(last) => {
            let start = last.encoded.end + (found.start - last.decoded.end);
            start..start + found.len()
        }
        None => found.clone(),
    }
}

fn touches(left: &Range<usize>, right: &Range<usize>) -> bool {
    right.start <= left.end && left.start <= right.end
}

fn merged(left: &Range<usize>, right: &Range<usize>) -> Range<usize> {
    left.start.min(right.start)..left.end.max(right.end)
}
