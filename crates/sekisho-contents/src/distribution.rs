//! The distribution of an operating system and its release.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// The distribution of an operating system and its release, as `os-release` says them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distribution {
    /// The identifier: `debian`, `alpine`, `rhel`.
    pub id: SmolStr,
    /// Identifiers of those it comes from, nearest first: `debian` for Ubuntu.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub like: Vec<SmolStr>,
    /// The release: `12`, `3.20.1`, `9.4`; none for one that rolls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<SmolStr>,
    /// The name of the release: `bookworm`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codename: Option<SmolStr>,
    /// The name for people: `Debian GNU/Linux 12 (bookworm)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<SmolStr>,
    /// The product within the distribution: `Server`, `CoreOS`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<SmolStr>,
}

impl Distribution {
    /// The word for it in the qualifier `distro` of package URLs: `debian-12`, `alpine-3.20.1`, `arch`.
    pub fn qualifier(&self) -> String {
        match &self.release {
            Some(release) => format!("{}-{release}", self.id),
            None => self.id.to_string(),
        }
    }

    /// Whether it is this one or comes from it.
    pub fn is_like(&self, id: &str) -> bool {
        self.id == id || self.like.iter().any(|like| like == id)
    }
}
