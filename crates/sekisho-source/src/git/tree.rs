//! The files of a commit, within the limits of a bundle.

use gix::ObjectId;
use gix::object::tree::EntryKind;
use smol_str::{SmolStr, format_smolstr};

use super::{GitError, broken};
use crate::bundle::{Budget, Bundle, BundleError, FileOrigin, Gathering, Provenance};
use crate::owners::{Owners, PLACES};

/// What is gathered of a commit.
pub(super) struct Gathered {
    gathering: Gathering,
    /// What was left out, and why.
    pub(super) left_out: Vec<String>,
}

impl Gathered {
    pub(super) fn bundle(self, provenance: Provenance) -> Result<Bundle, BundleError> {
        self.gathering.bundle(provenance)
    }

    /// Paths and contents.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.gathering.files()
    }

    /// Paths and origins, to be filled in.
    pub(super) fn origins(&mut self) -> impl Iterator<Item = (&SmolStr, &[u8], &mut FileOrigin)> {
        self.gathering.origins()
    }
}

/// Reads the files of a folder of a commit.
pub(super) fn gather(
    repository: &gix::Repository,
    commit: ObjectId,
    folder: &str,
    budget: Budget,
) -> Result<Gathered, GitError> {
    let tree = repository.find_commit(commit).map_err(broken)?.tree().map_err(broken)?;
    let owners = PLACES.iter().find_map(|place| {
        let entry = tree.lookup_entry_by_path(place).ok().flatten()?;
        let small = repository.find_header(entry.object_id()).is_ok_and(|header| header.size() <= 1 << 20);
        let blob = if small { entry.object().ok()?.try_into_blob().ok()? } else { return None };
        String::from_utf8(blob.data.clone()).ok()
    });
    let owners = owners.map(|text| Owners::read(&text)).unwrap_or_default();
    let start = if folder.is_empty() {
        tree.id
    } else {
        let entry = tree.lookup_entry_by_path(folder).map_err(broken)?;
        let entry = entry.filter(|entry| entry.mode().is_tree());
        entry.ok_or_else(|| BundleError::Empty(folder.to_owned()))?.object_id()
    };
    let mut walking = Walking {
        repository,
        budget,
        folder,
        owners,
        trees: 0,
        found: Gathered { gathering: Gathering::new(budget), left_out: Vec::new() },
    };
    walking.walk(start, "", 0)?;
    Ok(walking.found)
}

struct Walking<'a> {
    repository: &'a gix::Repository,
    budget: Budget,
    folder: &'a str,
    owners: Owners,
    /// Trees that were read: one tree may be named by many others.
    trees: usize,
    found: Gathered,
}

impl Walking<'_> {
    fn walk(&mut self, tree: ObjectId, within: &str, depth: usize) -> Result<(), GitError> {
        self.trees += 1;
        if depth > self.budget.depth {
            return Err(BundleError::Depth { path: within.to_owned(), limit: self.budget.depth }.into());
        }
        let header = self.repository.find_header(tree).map_err(broken)?;
        // An entry has at least 23 bytes.
        if header.size() / 23 > self.budget.files as u64 * 2 || self.trees > self.budget.files {
            return Err(BundleError::Files(self.budget.files).into());
        }
        let tree = self.repository.find_tree(tree).map_err(broken)?;
        for entry in tree.iter() {
            let entry = entry.map_err(broken)?;
            let Ok(name) = std::str::from_utf8(entry.filename()) else {
                return Err(BundleError::Path(entry.filename().to_string()).into());
            };
            let path = if within.is_empty() { name.to_owned() } else { format!("{within}/{name}") };
            let id = entry.object_id();
            match entry.mode().kind() {
                EntryKind::Tree => {
                    // The name of a folder is checked even where the folder is empty.
                    self.found.gathering.admit(&path, 0)?;
                    self.walk(id, &path, depth + 1)?;
                }
                EntryKind::Blob | EntryKind::BlobExecutable => self.take(id, &path)?,
                EntryKind::Link => self.link(id, path, within)?,
                EntryKind::Commit => self.found.left_out.push(format!("`{path}` is a submodule")),
            }
        }
        Ok(())
    }

    fn take(&mut self, id: ObjectId, path: &str) -> Result<(), GitError> {
        let header = self.repository.find_header(id).map_err(broken)?;
        self.found.gathering.admit(path, header.size())?;
        let mut blob = self.repository.find_blob(id).map_err(broken)?;
        let whole = if self.folder.is_empty() { path.to_owned() } else { format!("{}/{path}", self.folder) };
        let origin =
            FileOrigin { owners: self.owners.of(&whole), lines: Vec::new(), blob: format_smolstr!("{id}") };
        self.found.gathering.add(path, blob.take_data(), origin)?;
        Ok(())
    }

    /// A link is left out; one that leads out of the repository is refused.
    fn link(&mut self, id: ObjectId, path: String, within: &str) -> Result<(), GitError> {
        let header = self.repository.find_header(id).map_err(broken)?;
        let target = if header.size() > 4_096 {
            "…".to_owned()
        } else {
            self.repository.find_blob(id).map_err(broken)?.data.iter().map(|byte| char::from(*byte)).collect()
        };
        let place = [self.folder, within].into_iter().filter(|part| !part.is_empty());
        let mut depth: usize = place.flat_map(|part| part.split('/')).count();
        let mut leaves = target.starts_with('/') || target == "…";
        for part in target.split('/') {
            match part {
                ".." => match depth.checked_sub(1) {
                    Some(up) => depth = up,
                    None => leaves = true,
                },
                "" | "." => {}
                _ => depth += 1,
            }
        }
        if leaves {
            return Err(BundleError::Link { path, target: target.chars().take(200).collect() }.into());
        }
        self.found.left_out.push(format!("`{path}` is a link"));
        Ok(())
    }
}
