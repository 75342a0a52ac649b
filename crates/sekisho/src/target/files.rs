//! Targets → the files to read: folders are walked, ignore files honoured, links not followed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use ignore::WalkBuilder;
use ignore::overrides::OverrideBuilder;
use sekisho_finding::{Skip, SkipReason};
use smol_str::SmolStr;

use super::{Selection, templates};

/// A file to read.
#[derive(Debug)]
pub(super) struct Candidate {
    /// Its path; `-` is standard input.
    pub(super) path: PathBuf,
    /// Its name as it is shown.
    pub(super) name: SmolStr,
    /// The kind of template it is, where it must be rendered first.
    pub(super) template: Option<&'static str>,
}

/// The files of a selection, in order, each once.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) candidates: Vec<Candidate>,
    pub(super) skipped: Vec<Skip>,
}

/// Lists the files that the targets name.
pub(super) fn list(selection: &Selection) -> Result<Listing> {
    let mut found: BTreeMap<PathBuf, SmolStr> = BTreeMap::new();
    let mut listing = Listing::default();
    for target in &selection.targets {
        if target == Path::new("-") || target.is_file() {
            found.insert(target.clone(), shown(target));
        } else if target.is_dir() {
            walk(target, selection, &mut found, &mut listing.skipped)?;
        } else {
            bail!("`{}` is no file and no folder", target.display());
        }
    }
    let templates = templates::find(&found.keys().map(PathBuf::as_path).collect::<Vec<_>>());
    listing.candidates = found
        .iter()
        .map(|(path, name)| Candidate {
            path: path.clone(),
            name: name.clone(),
            template: templates.get(path.as_path()).copied(),
        })
        .collect();
    Ok(listing)
}

fn walk(
    folder: &Path,
    selection: &Selection,
    found: &mut BTreeMap<PathBuf, SmolStr>,
    skipped: &mut Vec<Skip>,
) -> Result<()> {
    let mut exclude = OverrideBuilder::new(&selection.exclude_root);
    exclude.add("!.git/")?;
    for pattern in &selection.exclude {
        exclude
            .add(&format!("!{pattern}"))
            .with_context(|| format!("`scan.exclude`: `{pattern}` is no valid pattern"))?;
    }
    let mut builder = WalkBuilder::new(folder);
    builder
        .hidden(false)
        .follow_links(false)
        .require_git(false)
        .overrides(exclude.build()?)
        .git_ignore(selection.git_ignore)
        .git_global(selection.git_ignore)
        .git_exclude(selection.git_ignore)
        .ignore(selection.git_ignore)
        .parents(selection.git_ignore);
    for entry in builder.build() {
        match entry {
            Err(error) => skipped.push(Skip {
                path: shown(folder),
                line: None,
                reason: SkipReason::Unreadable(error.to_string()),
            }),
            Ok(entry) => {
                let path = entry.path();
                let is_link = entry.path_is_symlink();
                let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                if is_manifest_name(path) && is_link {
                    skipped.push(Skip { path: shown(path), line: None, reason: SkipReason::Link });
                } else if is_manifest_name(path) && is_file && entry.file_name() != crate::config::FILE_NAME {
                    found.insert(path.to_owned(), shown(path));
                }
            }
        }
    }
    Ok(())
}

/// Whether a file of a folder is read at all, by its name.
fn is_manifest_name(path: &Path) -> bool {
    path.extension()
        .and_then(|ending| ending.to_str())
        .is_some_and(|ending| ["yaml", "yml", "json"].iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// The name of a path as it is shown: as given, without a leading `./`, folders parted by `/`.
fn shown(path: &Path) -> SmolStr {
    let path = path.strip_prefix("./").unwrap_or(path);
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/").into() } else { text.as_ref().into() }
}
