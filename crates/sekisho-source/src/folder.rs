//! A folder as a source: its files as they are.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use smol_str::SmolStr;

use crate::bundle::{Budget, Bundle, BundleError, FileOrigin, Gathering, Provenance};
use crate::owners::{Owners, PLACES};

/// Why a folder cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// A file or folder cannot be read.
    #[error("cannot read `{path}`: {error}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// What was read is no bundle.
    #[error(transparent)]
    Bundle(#[from] BundleError),
}

/// Reads a folder. Links to files within it are followed, as ConfigMaps that are mounted are made of them; links
/// that lead out of it are refused. What is hidden is left out, except the folders where `CODEOWNERS` may lie.
pub(crate) fn read(folder: &Path, budget: Budget) -> Result<Bundle, FolderError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| FolderError::Read { path, error }
    };
    let root = folder.canonicalize().map_err(failed(folder))?;
    let owners = PLACES.iter().find_map(|place| fs::read_to_string(root.join(place)).ok());
    let owners = owners.map(|text| Owners::read(&text)).unwrap_or_default();
    let mut reading =
        Reading { root: &root, budget, owners, gathering: Gathering::new(budget), left_out: Vec::new() };
    if root.is_file() {
        let name = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let bytes = fs::read(&root).map_err(failed(&root))?;
        reading.gathering.add(&name, bytes, FileOrigin::default())?;
    } else {
        reading.walk(&root, "", 0)?;
    }
    let provenance = Provenance {
        source: SmolStr::new(folder.display().to_string()),
        left_out: reading.left_out,
        ..Provenance::default()
    };
    Ok(reading.gathering.bundle(provenance)?)
}

struct Reading<'a> {
    root: &'a Path,
    budget: Budget,
    owners: Owners,
    gathering: Gathering,
    left_out: Vec<String>,
}

impl Reading<'_> {
    fn walk(&mut self, folder: &Path, within: &str, depth: usize) -> Result<(), FolderError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |error| FolderError::Read { path, error }
        };
        if depth > self.budget.depth {
            let path = within.to_owned();
            return Err(BundleError::Depth { path, limit: self.budget.depth }.into());
        }
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder).map_err(failed(folder))? {
            let entry = entry.map_err(failed(folder))?;
            // A folder of a million entries must not fill the memory before it is refused.
            if entries.len() > self.budget.files.saturating_mul(2) {
                return Err(BundleError::Files(self.budget.files).into());
            }
            entries.push((entry.file_name(), entry.file_type().map_err(failed(&entry.path()))?));
        }
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (name, kind) in entries {
            let path = folder.join(&name);
            let Some(name) = name.to_str() else {
                return Err(BundleError::Path(name.to_string_lossy().into_owned()).into());
            };
            if name.starts_with('.')
                && !(depth == 0 && matches!(name, ".github" | ".gitlab"))
                && kind.is_dir()
            {
                continue;
            }
            if name.starts_with("..") {
                // What a mounted ConfigMap is swapped with.
                continue;
            }
            let shown = if within.is_empty() { name.to_owned() } else { format!("{within}/{name}") };
            if kind.is_dir() {
                self.walk(&path, &shown, depth + 1)?;
                continue;
            }
            let real = if kind.is_symlink() {
                let Ok(real) = path.canonicalize() else {
                    self.left_out.push(format!("`{shown}` is a link to nothing"));
                    continue;
                };
                if !real.starts_with(self.root) {
                    let target = real.display().to_string();
                    return Err(BundleError::Link { path: shown, target }.into());
                }
                real
            } else {
                path
            };
            let metadata = fs::metadata(&real).map_err(failed(&real))?;
            if !metadata.is_file() {
                self.left_out.push(format!("`{shown}` is no regular file"));
                continue;
            }
            self.gathering.admit(&shown, metadata.len())?;
            let bytes = read_at_most(&real, self.budget.file_bytes).map_err(failed(&real))?;
            let origin = FileOrigin { owners: self.owners.of(&shown), ..FileOrigin::default() };
            self.gathering.add(&shown, bytes, origin)?;
        }
        Ok(())
    }
}

/// Reads a file that may grow meanwhile.
fn read_at_most(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(fs::File::open(path)?, limit + 1), &mut bytes)?;
    Ok(bytes)
}
