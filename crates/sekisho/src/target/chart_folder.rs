//! The folder of a chart: which files Helm would read of it, and no link out of it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::WalkBuilder;
use smol_str::SmolStr;

use super::disk::Disk;

/// The files of a folder.
#[derive(Debug, Default)]
pub(super) struct ChartFolder {
    /// The paths of the files, relative to the folder and with `/`.
    pub(super) paths: Vec<SmolStr>,
    /// Links that lead out of the folder, where a chart can do without them.
    pub(super) links: Vec<SmolStr>,
}

/// Why a folder is not read.
#[derive(Debug)]
pub(super) enum FolderError {
    /// A part of the chart, by its path, is a link to something outside.
    Leaves(SmolStr),
    /// The folder cannot be listed.
    Unlisted(String),
}

/// Lists the files of a chart's folder. What git ignores is left out as everywhere, but for `charts/`, where
/// dependencies are put that nobody commits.
pub(super) fn list(folder: &Path, disk: &Disk<'_>) -> Result<ChartFolder, FolderError> {
    let whole = fs::canonicalize(folder).map_err(|error| FolderError::Unlisted(error.to_string()))?;
    let mut listed = Listed { folder, whole, paths: BTreeSet::new(), links: BTreeSet::new() };
    listed.walk(folder, disk.selection().git_ignore)?;
    if disk.selection().git_ignore {
        let charts = folder.join("charts");
        if charts.is_dir() {
            listed.walk(&charts, false)?;
        }
    }
    let Listed { paths, links, .. } = listed;
    Ok(ChartFolder { paths: paths.into_iter().collect(), links: links.into_iter().collect() })
}

struct Listed<'f> {
    folder: &'f Path,
    /// The folder without any links in its path.
    whole: PathBuf,
    paths: BTreeSet<SmolStr>,
    links: BTreeSet<SmolStr>,
}

impl Listed<'_> {
    fn walk(&mut self, from: &Path, git_ignore: bool) -> Result<(), FolderError> {
        let leaving: Arc<Mutex<Vec<PathBuf>>> = Arc::default();
        let (whole, found) = (self.whole.clone(), Arc::clone(&leaving));
        let walk = WalkBuilder::new(from)
            .hidden(false)
            .follow_links(true)
            .require_git(false)
            .git_ignore(git_ignore)
            .git_global(git_ignore)
            .git_exclude(git_ignore)
            .ignore(git_ignore)
            .parents(git_ignore)
            .filter_entry(move |entry| {
                let leaves = entry.path_is_symlink() && !stays(entry.path(), &whole);
                if leaves && let Ok(mut found) = found.lock() {
                    found.push(entry.path().to_owned());
                }
                entry.file_name() != ".git" && !leaves
            })
            .build();
        for entry in walk {
            let entry = entry.map_err(|error| FolderError::Unlisted(error.to_string()))?;
            if entry.file_type().is_some_and(|kind| kind.is_file()) {
                self.paths.extend(self.inner(entry.path()));
            }
        }
        let leaving = leaving.lock().map(|mut found| std::mem::take(&mut *found)).unwrap_or_default();
        leaving.iter().try_for_each(|path| self.inner(path).map_or(Ok(()), |path| self.leaving(path)))
    }

    /// The path of a file from the folder.
    fn inner(&self, path: &Path) -> Option<SmolStr> {
        path.strip_prefix(self.folder).ok().map(|path| path.to_string_lossy().into())
    }

    /// A link out of the folder: an error where a chart is made of it.
    fn leaving(&mut self, path: SmolStr) -> Result<(), FolderError> {
        let first = path.split('/').next().unwrap_or(&path);
        if ["templates", "crds", "charts", "Chart.yaml", "values.yaml", "values.schema.json"].contains(&first)
        {
            return Err(FolderError::Leaves(path));
        }
        self.links.insert(path);
        Ok(())
    }
}

/// Whether a path leads to something in a folder.
fn stays(path: &Path, folder: &Path) -> bool {
    fs::canonicalize(path).is_ok_and(|whole| whole.starts_with(folder))
}
