//! What the user named → files → texts → objects. The only place of the command that reads manifests.

mod files;
mod templates;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Result, bail};
use rayon::prelude::*;
use sekisho_finding::{Coverage, Skip, SkipReason};
use sekisho_manifest::{Budget, Format, LoadError, Object, Source, SourceId, decode, load};
use smol_str::SmolStr;

use files::Candidate;

/// What to read and within which limits.
#[derive(Debug)]
pub(crate) struct Selection {
    /// The targets as the user named them; `-` is standard input.
    pub(crate) targets: Vec<PathBuf>,
    /// `.gitignore` patterns of paths to leave out, and the folder they are relative to.
    pub(crate) exclude: Vec<String>,
    /// The folder that the patterns are relative to.
    pub(crate) exclude_root: PathBuf,
    /// Texts that stand for the files of these names.
    pub(crate) overlay: BTreeMap<PathBuf, String>,
    /// Whether `.gitignore` files are followed.
    pub(crate) git_ignore: bool,
    /// Limits on each file.
    pub(crate) budget: Budget,
    /// Whether to say on standard error how far it is.
    pub(crate) progress: bool,
}

/// What the targets hold.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    /// Every file that was opened, in the order of the objects' source ids.
    pub(crate) sources: Vec<Source>,
    /// What is odd about the texts that hold objects, though they could be read.
    pub(crate) warnings: Vec<LoadError>,
    /// The objects of all files.
    pub(crate) objects: Vec<Object>,
    /// What was read and what was not.
    pub(crate) coverage: Coverage,
}

/// Reads everything that the selection names.
pub(crate) fn read(selection: &Selection) -> Result<Loaded> {
    let listing = files::list(selection)?;
    let Ok(_) = u32::try_from(listing.candidates.len()) else {
        bail!("the targets hold more files than can be numbered: name fewer");
    };
    let progress = Progress::new(selection.progress && io::stderr().is_terminal(), listing.candidates.len());
    let read: Vec<FileContent> = (0u32..)
        .zip(&listing.candidates)
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|(id, candidate)| {
            let content = read_candidate(SourceId(id), candidate, selection);
            progress.advance();
            content
        })
        .collect();
    progress.clear();

    let mut loaded = Loaded::default();
    loaded.coverage.skipped = listing.skipped;
    for (candidate, mut content) in listing.candidates.into_iter().zip(read) {
        if content.objects.is_empty() {
            if content.skipped.is_empty() {
                content.skip(&candidate.name, SkipReason::NotKubernetes);
            }
        } else {
            loaded.coverage.files += 1;
        }
        loaded.coverage.documents += content.documents;
        loaded.coverage.skipped.append(&mut content.skipped);
        if !content.objects.is_empty() {
            loaded.warnings.append(&mut content.warnings);
        }
        loaded.objects.append(&mut content.objects);
        loaded.sources.push(Source::new(candidate.name, content.text));
    }
    loaded.coverage.objects = loaded.objects.len();
    loaded.coverage.skipped.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    Ok(loaded)
}

/// What one file holds; the text is kept only where something may point into it.
#[derive(Default)]
struct FileContent {
    text: String,
    documents: usize,
    objects: Vec<Object>,
    warnings: Vec<LoadError>,
    skipped: Vec<Skip>,
}

impl FileContent {
    fn skip(&mut self, path: &SmolStr, reason: SkipReason) {
        self.skipped.push(Skip { path: path.clone(), line: None, reason });
    }
}

fn read_candidate(id: SourceId, candidate: &Candidate, selection: &Selection) -> FileContent {
    let budget = &selection.budget;
    let mut content = FileContent::default();
    if let Some(what) = candidate.template {
        content.skip(&candidate.name, SkipReason::NotRendered(what));
        return content;
    }
    if let Some(text) = selection.overlay.get(Path::new(candidate.name.as_str())) {
        interpret(id, candidate, text.as_bytes(), budget, &mut content);
        return content;
    }
    match read_bytes(&candidate.path, budget.bytes) {
        Err(error) => content.skip(&candidate.name, SkipReason::Unreadable(error.to_string())),
        Ok(bytes) => interpret(id, candidate, &bytes, budget, &mut content),
    }
    content
}

fn read_bytes(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let too_large = || {
        let limit = limit >> 20;
        io::Error::other(format!(
            "larger than {limit} MiB: raise `scan.maxFileSize` in sekisho.yaml to examine it"
        ))
    };
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin().lock().take(limit as u64 + 1).read_to_end(&mut bytes)?;
    } else {
        let metadata = fs::metadata(path)?;
        if !metadata.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        if metadata.len() > limit as u64 {
            return Err(too_large());
        }
        bytes.reserve_exact(usize::try_from(metadata.len()).unwrap_or(0) + 1);
        File::open(path)?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() > limit { Err(too_large()) } else { Ok(bytes) }
}

fn interpret(id: SourceId, candidate: &Candidate, bytes: &[u8], budget: &Budget, content: &mut FileContent) {
    let text = match decode(id, bytes) {
        Ok(text) => text,
        Err(error) => {
            if may_hold_objects(bytes) {
                content.skip(&candidate.name, SkipReason::Unreadable(error.to_string()));
            }
            return;
        }
    };
    if !may_hold_objects(text.as_bytes()) {
        return;
    }
    let loaded = load(id, &text, Format::Detect, budget);
    content.documents = loaded.documents.len();
    content.warnings = loaded.warnings;
    content.objects = loaded.documents.iter().flat_map(sekisho_manifest::Document::objects).collect();
    if !loaded.errors.is_empty() {
        content.skipped = errors(candidate, &text, &loaded.errors);
    }
    if !content.objects.is_empty() {
        content.text = text.into_owned();
    }
}

/// Every error of a file; a file that is full of template actions is a template and not a broken manifest.
fn errors(candidate: &Candidate, text: &str, errors: &[LoadError]) -> Vec<Skip> {
    let template = templates::is_template_text(text);
    let lines = sekisho_manifest::LineIndex::new(text);
    let skips = errors.iter().map(|error| Skip {
        path: candidate.name.clone(),
        line: Some(lines.position(text, error.span.start).line),
        reason: if template {
            SkipReason::NotRendered("a template")
        } else {
            SkipReason::Unreadable(error.to_string())
        },
    });
    if template { skips.take(1).collect() } else { skips.collect() }
}

/// Whether a text can hold a Kubernetes object: it names `apiVersion`, or has escapes that may spell it.
fn may_hold_objects(bytes: &[u8]) -> bool {
    contains(bytes, b"apiVersion") || contains(bytes, b"\\u00") || contains(bytes, b"\\x")
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    memchr::memmem::find(bytes, wanted).is_some()
}

/// How far the reading is, on a terminal.
struct Progress {
    shown: bool,
    total: usize,
    done: AtomicUsize,
}

/// Below this many files nothing is shown: it would only flicker.
const WORTH_SHOWING: usize = 2_000;

impl Progress {
    fn new(terminal: bool, total: usize) -> Self {
        Self { shown: terminal && total >= WORTH_SHOWING, total, done: AtomicUsize::new(0) }
    }

    #[allow(clippy::print_stderr, reason = "progress belongs on standard error")]
    fn advance(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if self.shown && done.is_multiple_of(500) {
            eprint!("\r{done}/{} files", self.total);
        }
    }

    #[allow(clippy::print_stderr, reason = "progress belongs on standard error")]
    fn clear(&self) {
        if self.shown {
            eprint!("\r\u{1b}[K");
        }
    }
}
