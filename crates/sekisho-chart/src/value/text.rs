//! Texts that know where their bytes come from.

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use smol_str::SmolStr;

use super::{Origin, Piece, Site, Value, ValueKey};
use sekisho_go::characters::valid;

/// A string and where its bytes come from.
///
/// A function that only moves text about keeps the origins by building its result with [`slice`](Self::slice)
/// and [`TextBuilder`]; any other function makes a text without origin, which then counts as coming from the
/// action that called the function.
#[derive(Debug, Clone, Default)]
pub struct Text {
    bytes: Bytes,
    pieces: Pieces,
}

#[derive(Debug, Clone)]
enum Bytes {
    Utf8(SmolStr),
    /// INVARIANT: no UTF-8.
    Raw(Rc<[u8]>),
}

#[derive(Debug, Clone, Default)]
enum Pieces {
    #[default]
    None,
    /// All of the text is the value of one key.
    Key(Arc<ValueKey>),
    /// INVARIANT: not empty, starts ascending from 0, below the text's length.
    Many(Rc<Vec<Piece>>),
}

impl Default for Bytes {
    fn default() -> Self {
        Self::Utf8(SmolStr::default())
    }
}

impl Text {
    /// The empty text.
    pub const EMPTY: Self = Self { bytes: Bytes::Utf8(SmolStr::new_static("")), pieces: Pieces::None };

    /// A text of bytes, which may be no UTF-8.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(error) => Self { bytes: Bytes::Raw(error.into_bytes().into()), pieces: Pieces::None },
        }
    }

    /// The text, with U+FFFD for each byte that is no UTF-8.
    pub fn to_str(&self) -> Cow<'_, str> {
        match &self.bytes {
            Bytes::Utf8(text) => Cow::Borrowed(text),
            Bytes::Raw(bytes) => Cow::Owned(valid(bytes)),
        }
    }

    /// The text, if its bytes are UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        match &self.bytes {
            Bytes::Utf8(text) => Some(text),
            Bytes::Raw(_) => None,
        }
    }

    /// The text as the key of a map.
    pub fn to_key(&self) -> SmolStr {
        match &self.bytes {
            Bytes::Utf8(text) => text.clone(),
            Bytes::Raw(bytes) => valid(bytes).into(),
        }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Utf8(text) => text.as_bytes(),
            Bytes::Raw(bytes) => bytes,
        }
    }

    /// The number of bytes.
    pub fn len(&self) -> usize {
        self.as_bytes().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of a range, with their origins. A range that reaches too far is cut.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let end = range.end.min(self.len());
        let start = range.start.min(end);
        if start == 0 && end == self.len() {
            return self.clone();
        }
        let bytes = match &self.bytes {
            Bytes::Utf8(text) => match text.get(start..end) {
                Some(part) => Bytes::Utf8(part.into()),
                None => Self::from_bytes(text.as_bytes().get(start..end).unwrap_or_default().to_vec()).bytes,
            },
            Bytes::Raw(bytes) => Self::from_bytes(bytes.get(start..end).unwrap_or_default().to_vec()).bytes,
        };
        let pieces = match &self.pieces {
            Pieces::None => Pieces::None,
            Pieces::Key(key) => Pieces::Key(Arc::clone(key)),
            Pieces::Many(_) if start == end => Pieces::None,
            Pieces::Many(pieces) => {
                let mut cut = Vec::new();
                push_pieces(&mut cut, 0, pieces, start..end);
                Pieces::Many(Rc::new(cut))
            }
        };
        Self { bytes, pieces }
    }

    /// The lines, cut at `\n`, which they do not hold, with their origins. There is always at least one.
    pub fn lines(&self) -> impl Iterator<Item = Self> {
        let mut start = 0;
        let mut bounds = Vec::new();
        for (at, byte) in self.as_bytes().iter().enumerate() {
            if *byte == b'\n' {
                bounds.push(start..at);
                start = at + 1;
            }
        }
        bounds.push(start..self.len());
        bounds.into_iter().map(|range| self.slice(range))
    }

    /// The same text, all of it from one key.
    #[must_use]
    pub fn with_key(mut self, key: &Arc<ValueKey>) -> Self {
        self.pieces = Pieces::Key(Arc::clone(key));
        self
    }

    /// The key of the values, where all of the text comes from one as it is.
    pub fn key(&self) -> Option<&Arc<ValueKey>> {
        match &self.pieces {
            Pieces::Key(key) => Some(key),
            _ => None,
        }
    }

    /// Whether nothing is known of where it comes from.
    pub fn is_without_origin(&self) -> bool {
        matches!(self.pieces, Pieces::None)
    }

    /// Where the byte at an offset comes from.
    pub fn origin_at(&self, offset: usize) -> Origin {
        match &self.pieces {
            Pieces::None => Origin::default(),
            Pieces::Key(key) => Origin::of_key(Arc::clone(key)),
            Pieces::Many(pieces) => {
                let after = pieces.partition_point(|piece| piece.start <= offset);
                pieces
                    .get(after.saturating_sub(1))
                    .map(|piece| piece.origin.advanced(offset.saturating_sub(piece.start)))
                    .unwrap_or_default()
            }
        }
    }

    /// The text and its pieces, which cover all of it.
    pub fn into_parts(self) -> (Self, Vec<Piece>) {
        let pieces = match self.pieces {
            Pieces::Many(pieces) => Rc::unwrap_or_clone(pieces),
            Pieces::Key(key) => vec![Piece { start: 0, origin: Origin::of_key(key) }],
            Pieces::None => vec![Piece { start: 0, origin: Origin::default() }],
        };
        (Self { bytes: self.bytes, pieces: Pieces::None }, pieces)
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Text {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        SmolStr::new(text).into()
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        SmolStr::from(text).into()
    }
}

impl From<SmolStr> for Text {
    fn from(text: SmolStr) -> Self {
        Self { bytes: Bytes::Utf8(text), pieces: Pieces::None }
    }
}

/// Puts a text together and keeps where its parts come from.
#[derive(Debug, Default)]
pub struct TextBuilder {
    bytes: Vec<u8>,
    pieces: Vec<Piece>,
    /// Whether any piece knows its origin.
    knows: bool,
}

impl TextBuilder {
    /// An empty builder.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty builder with room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), ..Self::default() }
    }

    /// The number of bytes so far.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The bytes so far.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Adds text of no known origin.
    pub fn push(&mut self, text: &str) {
        self.push_bytes(text.as_bytes(), &Origin::default());
    }

    /// Adds text that comes from the key of a value, or from all of a text.
    pub fn push_from(&mut self, text: &str, value: &Value) {
        let origin = match (&value.data, &value.key) {
            (super::Data::Text(text), _) => text.origin_at(0),
            (_, Some(key)) => Origin::of_key(Arc::clone(key)),
            _ => Origin::default(),
        };
        let origin = Origin { is_literal: false, ..origin };
        self.push_bytes(text.as_bytes(), &origin);
    }

    /// Adds bytes of an origin.
    pub fn push_bytes(&mut self, bytes: &[u8], origin: &Origin) {
        if bytes.is_empty() {
            return;
        }
        push_piece(&mut self.pieces, self.bytes.len(), origin);
        self.knows |= origin.site.is_some() || origin.key.is_some();
        self.bytes.extend_from_slice(bytes);
    }

    /// Adds a text with its origins.
    pub fn push_text(&mut self, text: &Text) {
        self.push_slice(text, 0..text.len());
    }

    /// Adds the bytes of a range of a text with their origins; a range that reaches too far is cut.
    pub fn push_slice(&mut self, text: &Text, range: Range<usize>) {
        let end = range.end.min(text.len());
        let start = range.start.min(end);
        if start == end {
            return;
        }
        match &text.pieces {
            Pieces::None => push_piece(&mut self.pieces, self.bytes.len(), &Origin::default()),
            Pieces::Key(key) => {
                self.knows = true;
                push_piece(&mut self.pieces, self.bytes.len(), &Origin::of_key(Arc::clone(key)));
            }
            Pieces::Many(pieces) => {
                self.knows = true;
                push_pieces(&mut self.pieces, self.bytes.len(), pieces, start..end);
            }
        }
        self.bytes.extend_from_slice(text.as_bytes().get(start..end).unwrap_or_default());
    }

    /// Adds a text that an action prints: what of it knows no place in a template gets that of `fallback`,
    /// what does came `through` the action.
    pub(crate) fn push_printed(&mut self, text: &Text, fallback: &Origin, through: Option<Site>) {
        let start = self.bytes.len();
        let fill = |origin: &Origin| match origin.site {
            Some(site) => {
                let through = through.filter(|through| *through != site);
                Origin { through: origin.through.or(through), ..origin.clone() }
            }
            None => Origin { key: origin.key.clone().or_else(|| fallback.key.clone()), ..fallback.clone() },
        };
        match &text.pieces {
            Pieces::Many(pieces) => {
                for piece in pieces.iter() {
                    push_piece(&mut self.pieces, start + piece.start, &fill(&piece.origin));
                }
                self.knows = true;
                self.bytes.extend_from_slice(text.as_bytes());
            }
            _ => self.push_bytes(text.as_bytes(), &fill(&text.origin_at(0))),
        }
    }

    /// Adds text that belongs to what follows it in `text` at an offset, such as the indentation before a line.
    pub fn push_before(&mut self, added: &str, text: &Text, offset: usize) {
        let origin = Origin { is_literal: false, ..text.origin_at(offset) };
        self.push_bytes(added.as_bytes(), &origin);
    }

    /// Takes back all but so many bytes.
    pub fn truncate(&mut self, len: usize) {
        self.bytes.truncate(len);
        self.pieces.retain(|piece| piece.start < len);
    }

    /// The text.
    pub fn finish(self) -> Text {
        let Text { bytes, .. } = Text::from_bytes(self.bytes);
        let pieces = if self.knows && !self.pieces.is_empty() {
            Pieces::Many(Rc::new(self.pieces))
        } else {
            Pieces::None
        };
        Text { bytes, pieces }
    }
}

/// Adds a piece that starts at `start`, unless the last one goes on into it.
fn push_piece(pieces: &mut Vec<Piece>, start: usize, origin: &Origin) {
    if let Some(last) = pieces.last()
        && last.origin.continues(start - last.start, origin)
    {
        return;
    }
    pieces.push(Piece { start, origin: origin.clone() });
}

/// Adds the part of `from` that covers `range`, which is not empty, at `start`.
fn push_pieces(pieces: &mut Vec<Piece>, start: usize, from: &[Piece], range: Range<usize>) {
    let first = from.partition_point(|piece| piece.start <= range.start).saturating_sub(1);
    for piece in from.get(first..).unwrap_or_default() {
        if piece.start >= range.end {
            break;
        }
        if piece.start < range.start {
            push_piece(pieces, start, &piece.origin.advanced(range.start - piece.start));
        } else {
            push_piece(pieces, start + (piece.start - range.start), &piece.origin);
        }
    }
}
