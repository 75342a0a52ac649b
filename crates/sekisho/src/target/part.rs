//! What one target gives, by itself: sources with numbers of its own, until it is joined to the others.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sekisho_finding::{Skip, SkipReason};
use sekisho_manifest::{LoadError, Object, Origins, Renumbering, Source, SourceId, Span};
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

    /// Lets go of the texts that nothing points into: those of templates that nothing came of, mostly. Texts with
    /// ignore comments stay, since these may be wrong, and so do those that a condition names.
    pub(super) fn forget_texts(&mut self, is_kept: impl Fn(&str) -> bool) {
        let rendered = self.sources.iter().filter_map(Source::origins).flat_map(Origins::sources);
        let objects = self.objects.iter().chain(self.in_sets.iter().flat_map(|(_, objects)| objects));
        let mut pointed: HashSet<SourceId> = rendered.collect();
        pointed.extend(objects.map(|object| object.source));
        let first = self.first;
        for (index, source) in (0u32..).zip(&mut self.sources) {
            let is_free =
                source.origins().is_none() && !pointed.contains(&SourceId(first.saturating_add(index)));
            if is_free && !is_kept(&source.name) && !source.text.contains("sekisho: ignore[") {
                *source = Source::new(source.name.clone(), "");
            }
        }
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

/// The numbers of sources in a run. A file that several parts have read is one source.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    next: u32,
    known: HashMap<SmolStr, (Arc<str>, SourceId)>,
}

/// A part, and the numbers that its sources have in the run.
#[derive(Debug)]
pub(super) struct Numbered {
    part: Part,
    numbers: Vec<SourceId>,
    /// Whether each source is in the run already.
    repeated: Vec<bool>,
}

impl Numbering {
    /// The numbers behind those of so many sources.
    pub(super) fn behind(sources: usize) -> Self {
        Self { next: u32::try_from(sources).unwrap_or(u32::MAX), known: HashMap::new() }
    }

    /// Numbers the sources of a part.
    pub(super) fn number(&mut self, part: Part) -> Numbered {
        let mut numbered = Numbered { numbers: Vec::new(), repeated: Vec::new(), part };
        for source in &numbered.part.sources {
            let known = self.known.get(&source.name).filter(|(text, _)| *text == source.text);
            let known = known.filter(|_| source.origins().is_none()).map(|(_, number)| *number);
            let number = known.unwrap_or_else(|| {
                let number = SourceId(self.next);
                self.next = self.next.saturating_add(1);
                if source.origins().is_none() {
                    self.known.insert(source.name.clone(), (Arc::clone(&source.text), number));
                }
                number
            });
            numbered.numbers.push(number);
            numbered.repeated.push(known.is_some());
        }
        numbered
    }
}

impl Numbered {
    /// Makes the places of the part count in the sources of the run.
    pub(super) fn renumber(&mut self) {
        let number = |source: SourceId| self.numbers.get(source.0 as usize).copied().unwrap_or(source);
        let mut renumbering = Renumbering::new(&number);
        let in_sets = self.part.in_sets.iter_mut().flat_map(|(_, objects)| objects);
        for object in self.part.objects.iter_mut().chain(in_sets) {
            object.source = number(object.source);
            renumbering.node(&mut object.root);
        }
        for warning in &mut self.part.warnings {
            warning.span.source = number(warning.span.source);
        }
        for source in &mut self.part.sources {
            source.renumber(&number);
        }
    }

    /// The part, with those of its sources that the run does not have yet.
    pub(super) fn into_part(mut self) -> Part {
        let mut repeated = self.repeated.into_iter();
        self.part.sources.retain(|_| !repeated.next().unwrap_or(false));
        self.part
    }
}
