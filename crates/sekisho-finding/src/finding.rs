//! One result: which rule, in which object, where, how bad, how sure, how to mend.

use std::borrow::Cow;

use sekisho_manifest::{FieldPath, ObjectRef, Place, Position, Source, SourceId, Span};
use smol_str::SmolStr;

use crate::{Confidence, Fingerprint, Fix, Message, Severity};

/// One result of one rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The rule's slug.
    pub rule: Cow<'static, str>,
    /// Identifiers of what was found, where the rule tells many things apart: those of a vulnerability, the one that it
    /// is shown by first. Exceptions and ignore comments may name them in the rule's place.
    pub names: Vec<SmolStr>,
    /// How bad it is, here.
    pub severity: Severity,
    /// How sure it is, here.
    pub confidence: Confidence,
    /// What it is about.
    pub subject: Subject,
    /// Where it stands.
    pub location: Location,
    /// Whether a credential stands at the location: every report then masks it.
    pub secret: bool,
    /// Other places that belong to it.
    pub related: Vec<Related>,
    /// What it says.
    pub message: Message,
    /// How to mend it by program, where that is possible.
    pub fix: Option<Fix>,
    /// Its identity across runs.
    pub fingerprint: Fingerprint,
    /// The sets of values with which it comes about; empty where it does with all there are.
    pub value_sets: Vec<SmolStr>,
    /// Why it does not count, where it does not.
    pub suppressed: Option<Suppression>,
    /// Its share of the risk: severity and confidence, weighed by what the subject lies open to and may do.
    /// Zero until the ranking has set it.
    pub risk: f64,
}

impl Finding {
    /// Whether a word of an exception or an ignore comment means this finding.
    pub fn is_called(&self, word: &str) -> bool {
        self.rule == word || self.names.iter().any(|name| name == word)
    }
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Subject {
    /// The object.
    pub object: ObjectRef,
    /// The container, where the finding is about one.
    pub container: Option<SmolStr>,
}

/// Where a finding stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The source in the run's table.
    pub source: SourceId,
    /// The source's name as it is shown.
    pub file: SmolStr,
    /// The bytes to show.
    pub span: Span,
    /// The first character.
    pub start: Position,
    /// One past the last character.
    pub end: Position,
    /// The field, from the object's root.
    pub field: FieldPath,
    /// The value that the field was rendered of, where it was.
    pub value: Option<ValueLocation>,
}

/// A value that a field was rendered of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueLocation {
    /// Its key, from the root of the values: `image.tag`.
    pub key: SmolStr,
    /// Where it stands in a file of values; none where it was given on the command line.
    pub place: Option<Box<Location>>,
}

impl Location {
    /// The location of a place: in its source, or in the template where its source was rendered. None where
    /// the place's source is not among these.
    pub fn of(place: &Place<'_>, sources: &[Source]) -> Option<Self> {
        Self::at(place.span(), place.path.clone(), sources)
    }

    /// The location of a span in which a field stands, as [`of`](Self::of) finds it.
    pub fn at(span: Span, field: FieldPath, sources: &[Source]) -> Option<Self> {
        let rendered = sources.get(span.source.0 as usize)?.origins();
        let Some(traced) = rendered.and_then(|origins| origins.trace(span)) else {
            return Self::plain(span, field, sources);
        };
        let value = traced.value.map(|value| ValueLocation {
            place: value.span.and_then(|span| Self::plain(span, FieldPath::root(), sources)).map(Box::new),
            key: value.key,
        });
        Some(Self { value, ..Self::plain(traced.span, field, sources)? })
    }

    /// The location of a span in a source that was not rendered.
    fn plain(span: Span, field: FieldPath, sources: &[Source]) -> Option<Self> {
        let source = sources.get(span.source.0 as usize)?;
        let (start, end) = source.range(span);
        Some(Self { source: span.source, file: source.name.clone(), span, start, end, field, value: None })
    }
}

/// Another place that belongs to a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub location: Location,
    /// What it has to do with the finding.
    pub message: Message,
}

/// Why a finding does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// Where that was decided.
    pub kind: SuppressionKind,
    /// The reason that was given.
    pub reason: String,
}

/// Where a suppression was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SuppressionKind {
    /// A comment in the source.
    Inline,
    /// An exception in the configuration.
    Exception,
    /// The baseline holds it.
    Baseline,
}
