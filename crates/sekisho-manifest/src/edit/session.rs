//! A text while it is changed: its documents, each changed by itself, and the proof of the whole.

use std::collections::BTreeMap;

use super::change::Ask;
use super::document::{self, Part};
use super::error::{EditErrorKind, Refusal};
use super::rounds::Open;
use super::style::Style;
use super::verify;
use crate::{Document, Format, Loaded};

/// A text while it is changed.
pub(super) struct Session<'t> {
    text: &'t str,
    loaded: Loaded,
    /// The documents that were changed, by their numbers.
    open: BTreeMap<u32, Open>,
}

impl<'t> Session<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, loaded: document::read(text), open: BTreeMap::new() }
    }

    /// Makes changes, all of them or none; in the second case tells at least one that cannot be made.
    pub(super) fn apply(&mut self, asks: &[Ask<'_>]) -> Result<(), Vec<Refusal>> {
        let mut by_document: BTreeMap<u32, Vec<Ask<'_>>> = BTreeMap::new();
        for ask in asks {
            by_document.entry(ask.change.document).or_default().push(*ask);
        }
        let mut done = Vec::with_capacity(by_document.len());
        let mut refused = Vec::new();
        for (number, asks) in by_document {
            let open = match self.open.get(&number) {
                Some(open) => Ok(open.clone()),
                None => self.open(number),
            };
            let outcome = match open {
                Ok(mut open) => open.apply(&asks).map(|()| open),
                Err(kind) => Err(asks.into_iter().map(|ask| kind.clone().of(ask)).collect()),
            };
            match outcome {
                Ok(open) => done.push((number, open)),
                Err(refusals) => refused.extend(refusals),
            }
        }
        if !refused.is_empty() {
            return Err(refused);
        }
        self.open.extend(done);
        Ok(())
    }

    fn open(&self, number: u32) -> Result<Open, EditErrorKind> {
        let documents = &self.loaded.documents;
        let place = documents.binary_search_by_key(&number, |document| document.index).ok();
        let Some(document) = place.and_then(|place| documents.get(place)) else {
            let error = self.loaded.errors.iter().find(|error| error.document == number);
            return Err(
                error.map_or(EditErrorKind::NoDocument, |error| EditErrorKind::Load(error.kind.clone()))
            );
        };
        let part = Part::of(self.text, document);
        let style = self.style(&part, document);
        Open::new(self.text, part, style)
    }

    /// The style of a document. Spans are those of the whole text.
    fn style(&self, part: &Part, document: &Document) -> Style {
        let others = self.loaded.documents.iter().filter(|other| other.index != document.index);
        let others = others.map(|other| &other.root);
        Style::of(self.text, &document.root, part.format == Format::Json, others)
    }

    /// The new text; none where it does not read as what is meant.
    pub(super) fn finish(&self) -> Option<String> {
        if self.open.is_empty() {
            return Some(self.text.to_owned());
        }
        let mut out = String::with_capacity(self.text.len());
        let mut at = 0;
        for open in self.open.values() {
            let range = open.range();
            out.push_str(self.text.get(at..range.start)?);
            out.push_str(&open.text);
            at = range.end;
        }
        out.push_str(self.text.get(at..)?);
        self.is_as_meant(&out).then_some(out)
    }

    /// Whether a text reads as the old documents with the changed ones in place of theirs.
    fn is_as_meant(&self, text: &str) -> bool {
        let new = document::read(text);
        let old = &self.loaded;
        new.errors.len() == old.errors.len()
            && new.documents.len() == old.documents.len()
            && new.documents.iter().zip(&old.documents).all(|(new, old)| {
                let meant = self.open.get(&old.index).map_or(&old.root, |open| &open.root);
                new.index == old.index && verify::same(&new.root, meant)
            })
    }
}
