//! Where values and the bytes of texts come from.

use std::sync::Arc;

use sekisho_manifest::{FieldPath, Segment, SourceId, Span};

/// A key of the values: `image.tag`, and where its value stands.
#[derive(Debug)]
pub struct ValueKey {
    above: Option<Arc<Self>>,
    segment: Option<Segment>,
    span: Option<Span>,
}

impl ValueKey {
    /// The root of values: the path that names nothing.
    pub fn root(span: Option<Span>) -> Arc<Self> {
        Arc::new(Self { above: None, segment: None, span })
    }

    /// The key one step below another. The span is that of its value, where it stands in a source.
    pub fn below(above: &Arc<Self>, segment: Segment, span: Option<Span>) -> Arc<Self> {
        Arc::new(Self { above: Some(Arc::clone(above)), segment: Some(segment), span })
    }

    /// The path from the root.
    pub fn path(&self) -> FieldPath {
        let mut segments = Vec::new();
        let mut at = Some(self);
        while let Some(key) = at {
            segments.extend(key.segment.clone());
            at = key.above.as_deref();
        }
        segments.into_iter().rev().collect()
    }

    /// Where the value stands: in a values file, or nowhere when it was set on the command line.
    pub fn span(&self) -> Option<Span> {
        self.span
    }
}

impl Drop for ValueKey {
    fn drop(&mut self) {
        let mut above = self.above.take();
        while let Some(mut key) = above.and_then(Arc::into_inner) {
            above = key.above.take();
        }
    }
}

/// A byte of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site {
    /// The template's source.
    pub source: SourceId,
    /// The offset in bytes.
    pub offset: u32,
}

/// Where the bytes of a piece of text come from.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The place in a template: of the text itself, or of the action that printed it. None until an action
    /// prints the text.
    pub site: Option<Site>,
    /// The action of the rendered file that the bytes came through, where [`site`](Self::site) lies in a
    /// template that this action called.
    pub through: Option<Site>,
    /// The key of the values.
    pub key: Option<Arc<ValueKey>>,
    /// Whether the bytes stand in the template as they are, so that each further byte lies one byte further
    /// behind [`site`](Self::site).
    pub is_literal: bool,
}

impl Origin {
    /// The origin of a value of this key.
    pub fn of_key(key: Arc<ValueKey>) -> Self {
        Self { key: Some(key), ..Self::default() }
    }

    /// The origin of the byte that lies `by` bytes further.
    #[must_use]
    pub fn advanced(&self, by: usize) -> Self {
        let mut origin = self.clone();
        if let (true, Some(site)) = (self.is_literal, &mut origin.site) {
            site.offset = site.offset.saturating_add(u32::try_from(by).unwrap_or(u32::MAX));
        }
        origin
    }

    /// Whether bytes of `next` that follow `by` bytes behind the start of this lie in one piece with it.
    pub(super) fn continues(&self, by: usize, next: &Self) -> bool {
        let same_key = match (&self.key, &next.key) {
            (None, None) => true,
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            _ => false,
        };
        same_key
            && self.is_literal == next.is_literal
            && self.through == next.through
            && self.advanced_site(by) == next.site
    }

    fn advanced_site(&self, by: usize) -> Option<Site> {
        let by = if self.is_literal { u32::try_from(by).unwrap_or(u32::MAX) } else { 0 };
        self.site.map(|site| Site { offset: site.offset.saturating_add(by), ..site })
    }
}

/// A piece of a text: it reaches to the start of the next piece.
#[derive(Debug, Clone)]
pub struct Piece {
    /// Its first byte in the text.
    pub start: usize,
    /// Where it comes from.
    pub origin: Origin,
}
