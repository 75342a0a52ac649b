//! Text → documents, with every error of the source and not only the first.

use crate::error::{Fault, LoadError, LoadErrorKind};
use crate::yaml::Words;
use crate::{Node, SourceId, Span, json, yaml};

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// As `kubectl` decides: JSON when the first character that is no space is `{`, else YAML; and YAML
    /// too where what begins so turns out to be no JSON.
    #[default]
    Detect,
    /// YAML.
    Yaml,
    /// YAML of which only `true` and `false` are truth values, as in YAML 1.2: `yes`, `off` and the like are
    /// text. So kustomize reads resources and patches.
    YamlCore,
    /// JSON, one or more values one after the other.
    Json,
}

/// What one source may cost; each limit that is passed is a [`LoadErrorKind`] of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Bytes of text; never more than spans can count, 4 GiB.
    pub bytes: usize,
    /// Nesting of sequences and mappings; never more than [`Budget::MAX_DEPTH`].
    pub depth: usize,
    /// Nodes of one document with its aliases written out.
    pub nodes: usize,
    /// Documents in one source.
    pub documents: usize,
}

impl Budget {
    /// The nesting above which every document is refused, so that code which walks a tree by recursion
    /// stays within the stack of any thread.
    pub const MAX_DEPTH: usize = 2_000;
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
    /// What Kubernetes reads but its strict reading refuses, such as a key that stands twice, and what it
    /// passes over in silence.
    pub warnings: Vec<LoadError>,
}

/// One document of a source.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its number in the source, from 0; empty documents count.
    pub index: u32,
    /// Its value.
    pub root: Node,
}

/// Reads a source: every document that can be read, and every error.
///
/// A YAML source is cut at the lines that begin with `---`, as `kubectl` does.
pub fn load(source: SourceId, text: &str, format: Format, budget: &Budget) -> Loaded {
    let words = if format == Format::YamlCore { Words::Text } else { Words::Truth };
    let mut loader = Loader { source, text, words, budget, index: 0, loaded: Loaded::default() };
    if loader.too_large() {
        return loader.loaded;
    }
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    match format {
        Format::Json => loader.json(start, false),
        Format::Detect if looks_like_json(text.get(start..).unwrap_or("")) => loader.json(start, true),
        Format::Detect | Format::Yaml | Format::YamlCore => loader.yaml(start),
    }
    loader.loaded
}

/// Reads a text as one YAML document, as Kubernetes' YAML library reads a file that holds one: values files,
/// kustomizations. What stands behind the first document is reported as ignored.
///
/// A document that holds nothing is null. With an error there is no document.
pub fn load_one(source: SourceId, text: &str, budget: &Budget) -> Loaded {
    load_one_as(source, text, Format::Yaml, budget)
}

/// Reads a text as one YAML document, as [`load_one`] does, with the words of a format.
pub fn load_one_as(source: SourceId, text: &str, format: Format, budget: &Budget) -> Loaded {
    let words = if format == Format::YamlCore { Words::Text } else { Words::Truth };
    let mut loader = Loader { source, text, words, budget, index: 0, loaded: Loaded::default() };
    if loader.too_large() {
        return loader.loaded;
    }
    match yaml::read(text, words, source, 0, 0, budget) {
        Ok((root, warnings)) => {
            loader.loaded.documents.push(Document { index: 0, root });
            loader.loaded.warnings = warnings;
        }
        Err(fault) => loader.fail(fault, 0),
    }
    loader.loaded
}

/// Whether a text begins with `{` behind spaces that `kubectl` looks through.
fn looks_like_json(text: &str) -> bool {
    /// How far `kubectl` looks.
    const REACH: usize = 4096;
    let trimmed = text.trim_start();
    trimmed.starts_with('{') && text.len() - trimmed.len() < REACH
}

struct Loader<'t> {
    source: SourceId,
    text: &'t str,
    words: Words,
    budget: &'t Budget,
    /// The number of the next document.
    index: u32,
    loaded: Loaded,
}

impl Loader<'_> {
    fn too_large(&mut self) -> bool {
        let limit = self.budget.bytes.min(u32::MAX as usize);
        if self.text.len() <= limit {
            return false;
        }
        self.fail(Fault::new(LoadErrorKind::TooManyBytes { limit }, 0, 0), 0);
        true
    }

    /// Notes a fault of the current document, which begins at `base`.
    fn fail(&mut self, fault: Fault, base: usize) {
        let error = self.error(fault, base, self.index);
        self.loaded.errors.push(error);
    }

    fn error(&self, fault: Fault, base: usize, document: u32) -> LoadError {
        let offset = |at: usize| u32::try_from((base + at).min(self.text.len())).unwrap_or(u32::MAX);
        let span = Span { source: self.source, start: offset(fault.start), end: offset(fault.end) };
        LoadError { kind: fault.kind, span, document }
    }

    /// Notes what became of a document and goes on to the next.
    fn finish(&mut self, outcome: Result<(Node, Vec<LoadError>), Fault>, base: usize) {
        match outcome {
            Ok((root, warnings)) => {
                self.loaded.warnings.extend(warnings);
                if !root.is_null() {
                    self.loaded.documents.push(Document { index: self.index, root });
                }
            }
            Err(fault) => self.fail(fault, base),
        }
        self.index += 1;
    }

    /// Whether one more document may be read; notes it where it may not.
    fn may_go_on(&mut self, base: usize) -> bool {
        let limit = self.budget.documents;
        if (self.index as usize) < limit {
            return true;
        }
        self.fail(Fault::new(LoadErrorKind::TooManyDocuments { limit }, 0, 0), base);
        false
    }

    /// Reads JSON values one behind the other. With `or_yaml`, what fails before a second value was read
    /// is tried as YAML.
    fn json(&mut self, start: usize, or_yaml: bool) {
        let mut at = start;
        loop {
            let rest = self.text.get(at..).unwrap_or("");
            match json::read(rest, self.source, at, self.index, self.budget) {
                Ok(None) => return,
                Ok(Some(read)) => {
                    if !self.may_go_on(at) {
                        return;
                    }
                    self.finish(read.value, at);
                    at += read.end;
                }
                Err(fault)
                    if or_yaml && self.index <= 1 && matches!(fault.kind, LoadErrorKind::Syntax(_)) =>
                {
                    self.yaml_after_json(at, fault);
                    return;
                }
                Err(fault) => {
                    self.fail(fault, at);
                    return;
                }
            }
        }
    }

    /// Reads as YAML what is no JSON. Where it is neither, the reading that came further tells its error.
    fn yaml_after_json(&mut self, at: usize, fault: Fault) {
        let rest = self.text.get(at..).unwrap_or("");
        let mut skipped = 0;
        for character in rest.chars() {
            // `kubectl` looks at four bytes at a time, and gives up where fewer are left.
            if rest.len() - skipped < 4 {
                self.fail(fault, at);
                return;
            }
            if !character.is_whitespace() {
                break;
            }
            skipped += character.len_utf8();
            if character == '\n' {
                break;
            }
        }
        let (index, before) = (self.index, self.loaded.errors.len());
        self.yaml(at + skipped);
        let error = self.error(fault, at, index);
        if let Some(first) = self.loaded.errors.get_mut(before)
            && first.document == index
            && first.span.start < error.span.start
            && first.kind != LoadErrorKind::Template
        {
            *first = error;
        }
    }

    /// Reads YAML documents, cut at the lines that begin with `---`.
    fn yaml(&mut self, start: usize) {
        let mut begin = start;
        let mut line = start;
        loop {
            let separator = self.separator(line);
            let end = separator.unwrap_or(self.text.len());
            if end > begin {
                if !self.may_go_on(begin) {
                    return;
                }
                self.yaml_document(begin, end);
            }
            let Some(separator) = separator else { return };
            let next = self.line_end(separator);
            let behind = self.text.get(separator + 3..next).unwrap_or("").trim();
            let valid = behind.is_empty() || behind.starts_with('#');
            if !valid {
                self.fail(Fault::new(LoadErrorKind::Separator(behind.into()), separator, next), 0);
            }
            // At the start of a document a separator belongs to it, as its own `---`.
            begin = if separator == begin && valid { separator } else { next };
            line = next;
        }
    }

    fn yaml_document(&mut self, begin: usize, end: usize) {
        let text = self.text.get(begin..end).unwrap_or("");
        let outcome = if text.ends_with('\n') || matches!(self.words, Words::Text) {
            yaml::read(text, self.words, self.source, begin, self.index, self.budget)
        } else {
            // `kubectl` reads objects by lines and ends the last one too.
            yaml::read(&format!("{text}\n"), self.words, self.source, begin, self.index, self.budget)
        };
        self.finish(outcome, begin);
    }

    /// The first line at or behind the line that begins here which begins with `---`.
    fn separator(&self, line: usize) -> Option<usize> {
        let rest = self.text.get(line..)?;
        if rest.starts_with("---") {
            return Some(line);
        }
        memchr::memmem::find(rest.as_bytes(), b"\n---").map(|at| line + at + 1)
    }

    fn line_end(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or("");
        rest.find('\n').map_or(self.text.len(), |step| at + step + 1)
    }
}
