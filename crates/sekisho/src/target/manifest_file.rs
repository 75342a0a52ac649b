//! Plain files of manifests.

use std::path::Path;

use sekisho_finding::{Skip, SkipReason};
use sekisho_manifest::{Budget, Document, Format, LineIndex, LoadError, Source, SourceId, decode, load};
use smol_str::SmolStr;

use super::disk::{Disk, shown};
use super::part::Part;

/// Reads a file, whose source has this number in the run. The text is kept only where something may point into
/// it.
pub(super) fn read(id: SourceId, path: &Path, disk: &Disk<'_>) -> Part {
    let name = shown(path);
    let mut part = Part::default();
    let text = match disk.read(path, disk.selection().budget.bytes) {
        Err(error) => {
            part.fail(None, &name, &error.to_string());
            String::new()
        }
        Ok(bytes) => interpret(id, &name, &bytes, &disk.selection().budget, &mut part).unwrap_or_default(),
    };
    if part.objects.is_empty() {
        part.warnings.clear();
        if part.skipped.is_empty() {
            part.skip(name.clone(), None, SkipReason::NotKubernetes);
        }
    } else {
        part.files = 1;
    }
    part.add(Source::new(name, text));
    part
}

/// Reads the objects of a text; yields the text where there are any.
fn interpret(id: SourceId, name: &SmolStr, bytes: &[u8], budget: &Budget, part: &mut Part) -> Option<String> {
    let text = match decode(id, bytes) {
        Ok(text) => text,
        Err(error) => {
            if may_hold_objects(bytes) {
                part.fail(None, name, &error.to_string());
            }
            return None;
        }
    };
    if !may_hold_objects(text.as_bytes()) {
        return None;
    }
    let loaded = load(id, &text, Format::Detect, budget);
    part.documents = loaded.documents.len();
    part.warnings = loaded.warnings;
    part.objects = loaded.documents.iter().flat_map(Document::objects).collect();
    if !loaded.errors.is_empty() {
        part.skipped = errors(name, &text, &loaded.errors);
    }
    (!part.objects.is_empty()).then(|| text.into_owned())
}

/// Every error of a file; a file that is full of template actions is a template and not a broken manifest.
fn errors(name: &SmolStr, text: &str, errors: &[LoadError]) -> Vec<Skip> {
    let template = is_template_text(text);
    let lines = LineIndex::new(text);
    let skips = errors.iter().map(|error| Skip {
        path: name.clone(),
        line: Some(lines.position(text, error.span.start).line),
        reason: if template {
            SkipReason::NotRendered("a template")
        } else {
            SkipReason::Unreadable(error.to_string())
        },
    });
    if template { skips.take(1).collect() } else { skips.collect() }
}

/// Whether a text that does not load is a template of some kind.
fn is_template_text(text: &str) -> bool {
    text.lines().any(|line| {
        line.find("{{").is_some_and(|start| line.get(start..).is_some_and(|rest| rest.contains("}}")))
    })
}

/// Whether a text can hold a Kubernetes object: it names `apiVersion`, or has escapes that may spell it.
fn may_hold_objects(bytes: &[u8]) -> bool {
    contains(bytes, b"apiVersion") || contains(bytes, b"\\u00") || contains(bytes, b"\\x")
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    memchr::memmem::find(bytes, wanted).is_some()
}
