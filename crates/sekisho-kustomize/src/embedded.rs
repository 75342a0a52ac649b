//! Documents within a text of another document: where their bytes stand in the file.

use std::sync::Arc;

use sekisho_manifest::{Entry, Mapping, Node, SourceId, Span, Value};

use crate::decode::Text;
use crate::error::Fault;
use crate::texts::Texts;

/// A text of a kustomization that is a document itself, such as a patch.
pub(crate) struct Embedded<'t> {
    /// The document.
    pub(crate) text: &'t str,
    /// The whole value in the file.
    whole: Span,
    place: Place,
}

/// Where the bytes of a document stand.
enum Place {
    /// In the file: where each line begins, in the document and in the file.
    Lines(Vec<(u32, u32)>),
    /// Nowhere as they are, since the value is no literal block; the document is a source of its own.
    Inner(SourceId),
}

impl<'t> Embedded<'t> {
    pub(crate) fn new(value: &'t Text, texts: &mut Texts) -> Self {
        let (text, whole) = (value.value.as_str(), value.span);
        let place = match lines(value, texts.at(whole)) {
            Some(lines) => Place::Lines(lines),
            None => Place::Inner(texts.add_inner(text, whole)),
        };
        Self { text, whole, place }
    }

    /// A document without blanks around it.
    pub(crate) fn trimmed(value: &'t Text, texts: &mut Texts) -> Self {
        let (text, whole) = (value.value.trim(), value.span);
        let start = value.value.len() - value.value.trim_start().len();
        let shift = u32::try_from(start).unwrap_or(u32::MAX);
        let place = match lines(value, texts.at(whole)) {
            Some(mut lines) => {
                for (document, file) in &mut lines {
                    if *document < shift {
                        *file += shift - *document;
                    }
                    *document = document.saturating_sub(shift);
                }
                Place::Lines(lines)
            }
            None => Place::Inner(texts.add_inner(text, whole)),
        };
        Self { text, whole, place }
    }

    /// Where a span of the document stands in the file.
    fn place(&self, span: Span) -> Span {
        let lines = match &self.place {
            Place::Lines(lines) => lines,
            Place::Inner(source) => return Span { source: *source, ..span },
        };
        let offset = |at: u32| {
            let behind = lines.partition_point(|(document, _)| *document <= at);
            let (document, file) = lines.get(behind.checked_sub(1)?)?;
            Some((file + (at - document)).min(self.whole.end))
        };
        match (offset(span.start), offset(span.end)) {
            (Some(start), Some(end)) => Span { source: self.whole.source, start, end: end.max(start) },
            _ => self.whole,
        }
    }

    /// A tree whose spans count in the file.
    pub(crate) fn relocate(&self, node: &Node) -> Node {
        let value = match &node.value {
            Value::Sequence(items) => {
                Value::Sequence(Arc::new(items.iter().map(|item| self.relocate(item)).collect()))
            }
            Value::Mapping(mapping) => {
                let entries = mapping.entries().iter().map(|entry| Entry {
                    key: entry.key.clone(),
                    key_span: self.place(entry.key_span),
                    node: self.relocate(&entry.node),
                });
                Value::Mapping(Arc::new(Mapping::new(entries.collect())))
            }
            other => other.clone(),
        };
        Node { span: self.place(node.span), value }
    }

    /// A fault whose place counts in the file.
    pub(crate) fn fault(&self, fault: Fault) -> Fault {
        Fault { span: Some(fault.span.map_or(self.whole, |span| self.place(span))), ..fault }
    }
}

/// Where each line of a literal block begins, in its text and in the file.
fn lines(value: &Text, written: &str) -> Option<Vec<(u32, u32)>> {
    if !written.starts_with('|') {
        return None;
    }
    let offset = |at: usize| u32::try_from(at).ok();
    let mut file = written.find('\n')? + 1;
    let mut document = 0;
    let mut lines = Vec::new();
    for line in value.value.split_inclusive('\n') {
        let rest = written.get(file..)?;
        let full = rest.split_inclusive('\n').next()?;
        let content = line.trim_end_matches('\n');
        let indented = full.trim_end_matches(['\n', '\r']);
        let indent = if content.is_empty() { 0 } else { indented.strip_suffix(content)?.len() };
        lines.push((offset(document)?, value.span.start.checked_add(offset(file + indent)?)?));
        document += line.len();
        file += full.len();
    }
    Some(lines)
}
