//! The texts of all files that were read, by source, and how a scalar was written in them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use sekisho_manifest::{Mapping, Node, Source, SourceId, Span, Value};
use smol_str::{SmolStr, format_smolstr};

use crate::error::{BuildError, Fault};
use crate::yaml3;

/// The sources of a build. Their ids go on from the first one, which the caller chose.
#[derive(Debug)]
pub(crate) struct Texts {
    first: u32,
    sources: Vec<Source>,
    /// Documents within values of files whose bytes do not stand in the file as they are read, each with the
    /// place of its value. They count as sources of their own, from the last id down, until the build ends.
    inner: Vec<(String, Span)>,
    /// Which of them is which, by its source, its place and its length.
    known: HashMap<(u32, u32, usize), usize>,
}

impl Texts {
    pub(crate) fn new(first: SourceId) -> Self {
        Self { first: first.0, sources: Vec::new(), inner: Vec::new(), known: HashMap::new() }
    }

    /// The id that the next source gets.
    pub(crate) fn next(&self) -> SourceId {
        SourceId(self.first.saturating_add(u32::try_from(self.sources.len()).unwrap_or(u32::MAX)))
    }

    pub(crate) fn add(&mut self, name: SmolStr, text: String) -> SourceId {
        let id = self.next();
        self.sources.push(Source::new(name, text));
        id
    }

    /// Keeps a document within a value, and returns the id that its spans have.
    pub(crate) fn add_inner(&mut self, text: &str, value: Span) -> SourceId {
        let id = |count: usize| SourceId(u32::MAX.saturating_sub(u32::try_from(count).unwrap_or(u32::MAX)));
        // A base may be read many times; its texts are kept once.
        let key = (value.source.0, value.start, text.len());
        if let Some(count) = self.known.get(&key) {
            return id(*count);
        }
        let value = self.outer(value);
        self.inner.push((text.to_owned(), value));
        self.known.insert(key, self.inner.len());
        id(self.inner.len())
    }

    fn inner(&self, id: SourceId) -> Option<&(String, Span)> {
        let place = (u32::MAX - id.0).checked_sub(1)?;
        self.inner.get(place as usize)
    }

    /// The place in a file of a span that may lie within a value.
    pub(crate) fn outer(&self, span: Span) -> Span {
        self.inner(span.source).map_or(span, |(_, value)| *value)
    }

    /// Gives all that stands within values the places of these.
    pub(crate) fn surface(&self, node: &mut Node) {
        if self.inner.is_empty() || !self.has_inner(node) {
            return;
        }
        node.span = self.outer(node.span);
        for item in node.items_mut().into_iter().flatten() {
            self.surface(item);
        }
        let Some(mapping) = node.as_mapping() else { return };
        let entries = mapping.entries().iter().map(|entry| {
            let mut entry = entry.clone();
            entry.key_span = self.outer(entry.key_span);
            self.surface(&mut entry.node);
            entry
        });
        node.value = Value::Mapping(Arc::new(Mapping::new(entries.collect())));
    }

    fn has_inner(&self, node: &Node) -> bool {
        self.inner(node.span.source).is_some()
            || match &node.value {
                Value::Sequence(items) => items.iter().any(|item| self.has_inner(item)),
                Value::Mapping(mapping) => mapping
                    .entries()
                    .iter()
                    .any(|entry| self.inner(entry.key_span.source).is_some() || self.has_inner(&entry.node)),
                _ => false,
            }
    }

    pub(crate) fn into_sources(self) -> Vec<Source> {
        self.sources
    }

    fn source(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(id.0.checked_sub(self.first)? as usize)
    }

    /// The whole of a source.
    pub(crate) fn whole(&self, source: SourceId) -> Span {
        let end = self.source(source).map_or(0, |source| source.text.len());
        Span { source, start: 0, end: u32::try_from(end).unwrap_or(u32::MAX) }
    }

    /// What stands in the source at a span.
    pub(crate) fn at(&self, span: Span) -> &str {
        let text = match self.inner(span.source) {
            Some((text, _)) => text,
            None => self.source(span.source).map_or("", |source| &source.text),
        };
        text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// The error that a fault is, with the name of its file and its place.
    pub(crate) fn error(&self, fault: Fault) -> BuildError {
        let span = fault.span.map(|span| self.outer(span));
        let source = span.and_then(|span| Some((span, self.source(span.source)?)));
        match source {
            Some((span, source)) => BuildError {
                file: source.name.clone(),
                position: Some(source.position(span.start)),
                kind: Box::new(fault.kind),
            },
            None => BuildError { file: SmolStr::default(), position: None, kind: Box::new(fault.kind) },
        }
    }

    /// A scalar as it was written, without quotes; empty for a list or a mapping.
    pub(crate) fn text<'n>(&self, node: &'n Node) -> Cow<'n, str> {
        match &node.value {
            Value::String(text) => match self.written(node) {
                Some(written) if text.len() >= 20 && is_time(text) => Cow::Owned(written.to_owned()),
                _ => Cow::Borrowed(text),
            },
            Value::Null => match self.at(node.span) {
                "" => Cow::Borrowed(""),
                _ => Cow::Owned(self.written(node).unwrap_or("null").to_owned()),
            },
            Value::Sequence(_) | Value::Mapping(_) => Cow::Borrowed(""),
            _ => match self.written(node) {
                Some(written) => Cow::Owned(written.to_owned()),
                None => Cow::Owned(canonical(&node.value).to_string()),
            },
        }
    }

    /// Whether text stands in its source in quotes or as a block, so that it stays text whatever is put in
    /// its place.
    pub(crate) fn is_quoted(&self, node: &Node) -> bool {
        matches!(node.value, Value::String(_)) && self.at(node.span).starts_with(['"', '\'', '|', '>'])
    }

    /// A scalar without quotes as it stands in its source, where it still does.
    fn written(&self, node: &Node) -> Option<&str> {
        let written = self.at(node.span);
        if written.len() > 64 || matches!(node.value, Value::Null) && written.is_empty() {
            return None;
        }
        if written.starts_with(['"', '\'', '|', '>', '&', '!', '*']) {
            return None;
        }
        if let Value::String(text) = &node.value {
            return (written != text).then_some(written);
        }
        (yaml3::resolve(written) == node.value).then_some(written)
    }
}

/// Whether a text may have been a date before it was read.
fn is_time(text: &str) -> bool {
    text.as_bytes().get(10) == Some(&b'T') && text.as_bytes().get(4) == Some(&b'-')
}

/// A scalar as text, where how it was written does not matter.
pub(crate) fn canonical(value: &Value) -> SmolStr {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(value) => SmolStr::new_static(if *value { "true" } else { "false" }),
        Value::Int(value) => format_smolstr!("{value}"),
        Value::UInt(value) => format_smolstr!("{value}"),
        Value::Float(value) => serde_json::Number::from_f64(*value).map_or_else(SmolStr::default, |number| {
            sekisho_manifest::to_yaml(&number.into()).trim_end().into()
        }),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => SmolStr::default(),
    }
}
