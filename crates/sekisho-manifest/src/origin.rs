//! Where the bytes of a rendered text came from: the template, the patch, the key of the values.

use smol_str::SmolStr;

use crate::{SourceId, Span};

/// Where one stretch of a rendered text came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The first byte of the stretch in the rendered text; it reaches to the next origin.
    pub start: u32,
    /// The bytes of the template that made it.
    pub span: Span,
    /// Whether the bytes stand in the template as they are, so that offsets inside can be carried over.
    pub verbatim: bool,
    /// The value that it was made of.
    pub value: Option<ValueOrigin>,
}

/// A value that a text was rendered of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueOrigin {
    /// Its key, from the root of the values: `image.tag`.
    pub key: SmolStr,
    /// Where it stands in a file of values; none where it was given on the command line.
    pub span: Option<Span>,
}

/// Where every byte of a rendered text came from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origins(Vec<Origin>);

/// What a span of a rendered text goes back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traced {
    /// The span in the template.
    pub span: Span,
    /// The value.
    pub value: Option<ValueOrigin>,
}

impl Origins {
    /// The origins of a text; they are put in the order of their starts.
    pub fn new(mut origins: Vec<Origin>) -> Self {
        origins.sort_by_key(|origin| origin.start);
        Self(origins)
    }

    /// What a span of the rendered text goes back to: from where its first byte came to where its last one
    /// came, if both lie in one template in this order, else where the first came from. The value
    /// is that of the last byte, since a field's value stands behind its name.
    pub fn trace(&self, span: Span) -> Option<Traced> {
        let last = span.end.saturating_sub(1).max(span.start);
        let (first_origin, last_origin) = (self.at(span.start)?, self.at(last)?);
        let start = first_origin.place(span.start).start;
        let end = last_origin.place(last).end;
        let whole = first_origin.span.source == last_origin.span.source && end > start;
        let first = first_origin.place(span.start);
        Some(Traced {
            span: if whole { Span { start, end, ..first } } else { first },
            value: last_origin.value.clone().or_else(|| first_origin.value.clone()),
        })
    }

    /// The sources that the bytes came from, and those of the values; each as often as it comes.
    pub fn sources(&self) -> impl Iterator<Item = SourceId> {
        self.0.iter().flat_map(|origin| {
            let value = origin.value.as_ref().and_then(|value| value.span);
            [Some(origin.span.source), value.map(|span| span.source)].into_iter().flatten()
        })
    }

    /// Gives the sources that the origins lie in other numbers.
    pub(crate) fn renumber(&mut self, number: &dyn Fn(SourceId) -> SourceId) {
        for origin in &mut self.0 {
            origin.span.source = number(origin.span.source);
            if let Some(span) = origin.value.as_mut().and_then(|value| value.span.as_mut()) {
                span.source = number(span.source);
            }
        }
    }

    fn at(&self, offset: u32) -> Option<&Origin> {
        let behind = self.0.partition_point(|origin| origin.start <= offset);
        self.0.get(behind.checked_sub(1)?)
    }
}

impl Origin {
    /// The bytes of the template that made the byte at this offset of the rendered text.
    fn place(&self, offset: u32) -> Span {
        if !self.verbatim {
            return self.span;
        }
        let start = self.span.start.saturating_add(offset.saturating_sub(self.start)).min(self.span.end);
        Span { start, end: start.saturating_add(1).min(self.span.end), ..self.span }
    }
}
