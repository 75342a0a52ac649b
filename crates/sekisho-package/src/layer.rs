//! What one layer holds: plain data that can be kept and used again.

use sekisho_contents::Unread;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::report::FileReport;
use crate::{path, path_hash};

/// What one layer, or one folder, holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Layer {
    /// What the analyzers found, by path.
    pub files: Vec<FileReport>,
    /// The paths of all entries that are no directories, whiteouts left out.
    pub paths: PathSet,
    /// The paths that it takes away from the layers below, directories with all that is in them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub whiteouts: Vec<SmolStr>,
    /// The directories of which it hides all that the layers below have in them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opaque: Vec<SmolStr>,
    /// Symbolic links that may be folders: those near the root.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub symlinks: Vec<Link>,
    /// Hard links to files in which something was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hardlinks: Vec<Link>,
    /// Files that run with the rights of their owner or group, or that everyone may write.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unusual: Vec<FileMode>,
    /// Files that should have been read and could not be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
    /// How many entries there were.
    pub entries: u64,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Link {
    /// Its own path.
    pub path: SmolStr,
    /// Where it leads, a path from the root.
    pub target: SmolStr,
}

/// A file with its mode.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileMode {
    /// Its path.
    pub path: SmolStr,
    /// Permission bits with set-user-id, set-group-id and sticky.
    pub mode: u32,
}

/// A set of paths by their hashes: eight bytes each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathSet {
    hashes: Vec<u64>,
}

impl PathSet {
    pub(crate) fn of(mut hashes: Vec<u64>) -> Self {
        hashes.sort_unstable();
        hashes.dedup();
        Self { hashes }
    }

    /// Whether a path is in it.
    pub fn contains(&self, path: &str) -> bool {
        self.hashes.binary_search(&path_hash(path)).is_ok()
    }

    /// How many paths it has.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }
}

impl Layer {
    /// What was found in the parts of one folder, each file of which lies in one part.
    #[must_use]
    pub fn joined(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut whole = Self::default();
        let mut hashes = Vec::new();
        for part in parts {
            whole.files.extend(part.files);
            hashes.extend(part.paths.hashes);
            whole.whiteouts.extend(part.whiteouts);
            whole.opaque.extend(part.opaque);
            whole.symlinks.extend(part.symlinks);
            whole.hardlinks.extend(part.hardlinks);
            whole.unusual.extend(part.unusual);
            whole.unread.extend(part.unread);
            whole.entries += part.entries;
        }
        whole.paths = PathSet::of(hashes);
        whole.files.sort_by(|a, b| (&a.path, &a.analyzer).cmp(&(&b.path, &b.analyzer)));
        whole.whiteouts.sort_unstable();
        whole.opaque.sort_unstable();
        whole.unusual.sort();
        whole.unread.sort();
        whole
    }

    /// Whether a file of a layer below is no longer seen once this layer lies over it: replaced, taken away, hidden
    /// with its folder, or below something that is no folder any more.
    pub fn hides(&self, path: &str) -> bool {
        self.paths.contains(path)
            || path::ancestry(path).any(|above| {
                let is_at =
                    |list: &[SmolStr]| list.binary_search_by(|known| known.as_str().cmp(above)).is_ok();
                is_at(&self.whiteouts)
                    || (above != path && (is_at(&self.opaque) || self.paths.contains(above)))
            })
            || (!self.opaque.is_empty() && self.opaque.first().is_some_and(SmolStr::is_empty))
    }
}
