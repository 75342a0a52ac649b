//! Dockerfiles, found by their names.

use std::path::Path;

use sekisho_dockerfile::parse;
use sekisho_finding::SkipReason;
use sekisho_manifest::{Source, SourceId, decode};

use super::disk::{Disk, shown};
use super::part::Part;

/// Whether a file is a Dockerfile, by its name: `Dockerfile`, `Containerfile`, either with a dot and more behind or in
/// front.
pub(super) fn is_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_other =
        [".dockerignore", ".j2", ".tmpl", ".tpl", ".template", ".md"].iter().any(|end| name.ends_with(end));
    !is_other
        && ["dockerfile", "containerfile"].iter().any(|word| {
            name == *word
                || name.strip_prefix(word).is_some_and(|rest| rest.starts_with('.'))
                || name.strip_suffix(word).is_some_and(|rest| rest.ends_with('.'))
        })
}

/// Reads a Dockerfile.
pub(super) fn read(path: &Path, disk: &Disk<'_>) -> Part {
    let name = shown(path);
    let mut part = Part::default();
    part.files = 1;
    let bytes = match disk.read(path, disk.selection().budget.bytes) {
        Ok(bytes) => bytes,
        Err(error) => {
            part.fail(None, &name, &error.to_string());
            return part;
        }
    };
    let text = match decode(SourceId(0), &bytes) {
        Ok(text) => text.into_owned(),
        Err(error) => {
            part.fail(None, &name, &error.to_string());
            return part;
        }
    };
    match parse(SourceId(0), &text) {
        Ok(dockerfile) => {
            part.documents = 1;
            part.objects.push(dockerfile.object(SourceId(0), &name));
            part.add(Source::new(name, text));
        }
        Err(_) if text.contains("{{") => part.skip(name, None, SkipReason::NotRendered("a template")),
        Err(error) => part.fail(None, &name, &error.to_string()),
    }
    part
}
