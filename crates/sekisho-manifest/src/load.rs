//! Text → documents → objects, with every error of the file and not only the first.

use saphyr_parser::{Event, Parser, ScalarStyle};
use smol_str::SmolStr;
use std::sync::Arc;

use crate::{Entry, FieldPath, Mapping, Node, Object, SourceId, Span, Value};

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// As `kubectl` decides: JSON when the first character that is no space is `{`, else YAML.
    #[default]
    Detect,
    /// YAML.
    Yaml,
    /// JSON, one or more values one after the other.
    Json,
}

/// What one source may cost; each limit that is passed is a [`LoadErrorKind`] of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Bytes of text.
    pub bytes: usize,
    /// Nesting of sequences and mappings.
    pub depth: usize,
    /// Nodes of one document with its aliases written out.
    pub nodes: usize,
    /// Documents in one source.
    pub documents: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { bytes: 256 << 20, depth: 1_000, nodes: 20_000_000, documents: 100_000 }
    }
}

/// What a source holds.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The documents that could be read, in order; empty ones are left out.
    pub documents: Vec<Document>,
    /// Everything that could not.
    pub errors: Vec<LoadError>,
}

/// One document of a source.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its number in the source, from 0; empty documents count.
    pub index: u32,
    /// Its value.
    pub root: Node,
}

/// One thing that is wrong with a source, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct LoadError {
    /// What is wrong.
    pub kind: LoadErrorKind,
    /// Where.
    pub span: Span,
    /// The document, from 0.
    pub document: u32,
}

/// What can be wrong with a source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadErrorKind {
    /// The text is not YAML or JSON as Kubernetes reads it.
    #[error("{0}")]
    Syntax(String),
}

/// Reads a source: every document that can be read, and every error.
pub fn load(source: SourceId, text: &str, _format: Format, _budget: &Budget) -> Loaded {
    let mut loaded = Loaded::default();
    let mut builder = Builder { text, stack: Vec::new(), map: offsets(text) };
    let mut index = 0;
    for event in Parser::new_from_str(text) {
        match event {
            Err(error) => {
                let at = builder.byte(error.marker().index());
                loaded.errors.push(LoadError {
                    kind: LoadErrorKind::Syntax(error.info().to_owned()),
                    span: Span { source, start: at, end: at },
                    document: index,
                });
                break;
            }
            Ok((event, span)) => {
                let span = Span {
                    source,
                    start: builder.byte(span.start.index()),
                    end: builder.byte(span.end.index()),
                };
                if let Some(root) = builder.event(event, span) {
                    if !root.is_null() {
                        loaded.documents.push(Document { index, root });
                    }
                    index += 1;
                }
            }
        }
    }
    loaded
}

impl Document {
    /// The Kubernetes objects of the document: itself, or the items of a `List`; none where it has no
    /// `apiVersion` and `kind`.
    pub fn objects(&self) -> Vec<Object> {
        let mut found = Vec::new();
        collect(self, &self.root, FieldPath::root(), &mut found);
        found
    }
}

fn collect(document: &Document, root: &Node, within: FieldPath, found: &mut Vec<Object>) {
    let (api_version, kind) = (root.str("apiVersion"), root.str("kind"));
    if api_version.is_empty() || kind.is_empty() {
        return;
    }
    if let Some(items) = root.get("items").filter(|_| kind.ends_with("List")) {
        for (index, item) in items.items().iter().enumerate() {
            collect(document, item, within.child("items").child(index), found);
        }
        return;
    }
    let metadata = root.get("metadata");
    let text = |key| metadata.and_then(|metadata| metadata.get(key)).and_then(Node::as_str);
    found.push(Object {
        api_version: api_version.into(),
        kind: kind.into(),
        name: text("name").unwrap_or("").into(),
        namespace: text("namespace").filter(|name| !name.is_empty()).map(SmolStr::new),
        root: root.clone(),
        source: root.span.source,
        document: document.index,
        within,
    });
}

struct Builder<'t> {
    text: &'t str,
    stack: Vec<(Span, Frame)>,
    map: Vec<u32>,
}

enum Frame {
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>, Option<(SmolStr, Span)>),
}

fn offsets(text: &str) -> Vec<u32> {
    if text.is_ascii() {
        return Vec::new();
    }
    text.char_indices().map(|(at, _)| at as u32).chain([text.len() as u32]).collect()
}

impl Builder<'_> {
    fn byte(&self, index: usize) -> u32 {
        if self.map.is_empty() {
            index as u32
        } else {
            self.map.get(index).copied().unwrap_or(self.text.len() as u32)
        }
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Option<Node> {
        let node = match event {
            Event::Scalar(text, style, ..) => Node { span, value: scalar(&text, style) },
            Event::SequenceStart(..) => {
                self.stack.push((span, Frame::Sequence(Vec::new())));
                return None;
            }
            Event::MappingStart(..) => {
                self.stack.push((span, Frame::Mapping(Vec::new(), None)));
                return None;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let (start, frame) = self.stack.pop()?;
                let span = start.to(span);
                match frame {
                    Frame::Sequence(items) => Node { span, value: Value::Sequence(Arc::new(items)) },
                    Frame::Mapping(entries, _) => {
                        Node { span, value: Value::Mapping(Arc::new(Mapping::new(entries))) }
                    }
                }
            }
            _ => return None,
        };
        match self.stack.last_mut() {
            None => return Some(node),
            Some((_, Frame::Sequence(items))) => items.push(node),
            Some((_, Frame::Mapping(entries, key))) => match key.take() {
                None => {
                    *key = Some((
                        SmolStr::new(
                            self.text
                                .get(span.start as usize..span.end as usize)
                                .unwrap_or("")
                                .trim_matches(['"', '\'']),
                        ),
                        span,
                    ))
                }
                Some((key, key_span)) => entries.push(Entry { key, key_span, node }),
            },
        }
        None
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    if style != ScalarStyle::Plain {
        return Value::String(text.into());
    }
    match text {
        "" | "~" | "null" => Value::Null,
        "true" | "yes" | "on" => Value::Bool(true),
        "false" | "no" | "off" => Value::Bool(false),
        _ => text
            .parse()
            .map(Value::Int)
            .or_else(|_| text.parse().map(Value::Float))
            .unwrap_or_else(|_| Value::String(text.into())),
    }
}
