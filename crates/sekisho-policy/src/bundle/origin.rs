//! Where a verdict comes from: the text of its rule, and who wrote it.

use std::sync::Arc;

use sekisho_finding::Location;
use sekisho_manifest::{FieldPath, SourceId, field};

use super::compiled::Bundle;
use super::material::Provenance;
use super::validation;
use crate::request::Request;
use crate::verdict::Verdict;

/// Where a rule stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleOrigin {
    /// The place in its text.
    pub location: Location,
    /// Where the text comes from; none where nothing is known of it.
    pub provenance: Option<Arc<Provenance>>,
}

impl Bundle {
    /// Where the rule of a verdict stands; none for what is in no text, as a level that the command line names.
    pub fn origin(&self, verdict: &Verdict, request: &Request) -> Option<RuleOrigin> {
        let location = self.location(verdict, request)?;
        let provenance = self.provenance_of(location.source).map(|known| known.at(location.start.line));
        Some(RuleOrigin { location, provenance })
    }

    /// Where a source comes from.
    pub fn provenance_of(&self, source: SourceId) -> Option<Arc<Provenance>> {
        self.provenance.get(usize::try_from(source.0).ok()?)?.clone()
    }

    fn location(&self, verdict: &Verdict, request: &Request) -> Option<Location> {
        if let Some(span) = self.defined(verdict, request) {
            return Location::at(span, FieldPath::root(), &self.sources);
        }
        if let Some(span) = self.loaded.trust_places.get(&verdict.rule) {
            return Location::at(*span, FieldPath::root(), &self.sources);
        }
        if let Some(location) = validation::origin(verdict, &self.objects, &self.sources) {
            return Some(location);
        }
        let (object, named) = self.place(&verdict.rule)?;
        let place = match named {
            Some(index) => object.place(field!["spec", "rules", index, "name"]),
            None => object.head(),
        };
        Location::of(&place, &self.sources)
    }
}
