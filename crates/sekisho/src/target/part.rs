//! What one target gives, by itself: sources with numbers of its own, until it is joined to the others.

use std::sync::Arc;

use sekisho_finding::{Skip, SkipReason};
use sekisho_manifest::{LoadError, Object, Renumbering, Source, SourceId, Span};
use smol_str::SmolStr;

use super::Loaded;

/// What one target gives. Places count in its own sources.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// The number of its first source.
    first: u32,
    pub(super) sources: Vec<Source>,
    /// Objects that are there whatever values are given.
    pub(super) objects: Vec<Object>,
    /// Objects that are there with a set of values, by its name.
    pub(super) in_sets: Vec<(SmolStr, Vec<Object>)>,
    pub(super) warnings: Vec<LoadError>,
    /// Files that were read.
    pub(super) files: usize,
    /// Documents in them, or rendered of them.
    pub(super) documents: usize,
    pub(super) skipped: Vec<Skip>,
}

impl Part {
    /// A part whose sources are numbered from here.
    pub(super) fn starting_at(first: SourceId) -> Self {
        Self { first: first.0, ..Self::default() }
    }

    /// Enters a source.
    pub(super) fn add(&mut self, source: Source) -> SourceId {
        let id = self.id(self.sources.len());
        self.sources.push(source);
        id
    }

    /// The number of the source at an index.
    pub(super) fn id(&self, index: usize) -> SourceId {
        SourceId(self.first.saturating_add(u32::try_from(index).unwrap_or(u32::MAX)))
    }

    /// A source by its number.
    pub(super) fn source(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(id.0.checked_sub(self.first)? as usize)
    }

    /// Enters a text.
    pub(super) fn add_text(&mut self, name: SmolStr, text: &Arc<str>) -> SourceId {
        self.add(Source::new(name, Arc::clone(text)))
    }

    pub(super) fn skip(&mut self, path: SmolStr, line: Option<u32>, reason: SkipReason) {
        self.skipped.push(Skip { path, line, reason });
    }

    /// Says that a target could not be examined, at a span of one of its sources if the reason lies there, and
    /// else in a file as a whole.
    pub(super) fn fail(&mut self, span: Option<Span>, file: &SmolStr, message: &str) {
        let place = span.and_then(|span| {
            let source = self.source(span.source)?;
            Some((source.name.clone(), source.position(span.start)))
        });
        let (path, line) = match place {
            Some((name, position)) => (name, Some(position.line)),
            None => (file.clone(), None),
        };
        self.skip(path, line, SkipReason::Unreadable(message.to_owned()));
    }

    /// Counts the places in the sources of a run, in which those of the part come behind so many others.
    pub(super) fn renumber(&mut self, others: u32) {
        if others == 0 {
            return;
        }
        let number = |source: SourceId| SourceId(source.0.saturating_add(others));
        let mut renumbering = Renumbering::new(&number);
        for object in self.objects.iter_mut().chain(self.in_sets.iter_mut().flat_map(|(_, set)| set)) {
            object.source = number(object.source);
            renumbering.node(&mut object.root);
        }
        for warning in &mut self.warnings {
            warning.span.source = number(warning.span.source);
        }
        for source in &mut self.sources {
            source.renumber(&number);
        }
    }

    /// Joins the part, whose places were made to count in the sources of the whole, to the whole.
    pub(super) fn join(self, loaded: &mut Loaded) {
        let Self { sources, mut objects, in_sets, mut warnings, files, documents, mut skipped, .. } = self;
        loaded.sources.extend(sources);
        loaded.coverage.files += files;
        loaded.coverage.documents += documents;
        loaded.coverage.objects +=
            objects.len() + in_sets.iter().map(|(_, objects)| objects.len()).sum::<usize>();
        loaded.coverage.skipped.append(&mut skipped);
        loaded.warnings.append(&mut warnings);
        loaded.objects.append(&mut objects);
        for (name, mut objects) in in_sets {
            match loaded.in_sets.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) => known.append(&mut objects),
                None => loaded.in_sets.push((name, objects)),
            }
        }
    }
}
