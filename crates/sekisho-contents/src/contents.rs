//! All that was found in one place, and what could not be read.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{Distribution, Package};

/// All that was found in one image, folder or bill of materials.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// The operating system, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distribution: Option<Distribution>,
    /// The packages, ordered by package URL, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<Package>,
    /// Files that should have been read and could not be, by path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Unread>,
    /// How many files were looked at, those included that no analyzer asked for.
    #[serde(default)]
    pub files: u64,
}

/// A file that should have been read and could not be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unread {
    /// Its path, without a leading slash.
    pub path: SmolStr,
    /// The layer, from 0 at the bottom, where there are layers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<u32>,
    /// Why, in one line.
    pub reason: String,
}

impl Contents {
    /// The package with this URL, as it is written.
    pub fn package(&self, url: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.url.to_string() == url)
    }
}
