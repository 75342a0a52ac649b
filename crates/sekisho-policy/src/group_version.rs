//! Kinds and resources in a version of a group.

use smol_str::{SmolStr, format_smolstr};

/// A kind in a version of a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct GroupVersionKind {
    /// The group; empty for the core group.
    pub group: SmolStr,
    /// The version: `v1`.
    pub version: SmolStr,
    /// The kind: `Pod`.
    pub kind: SmolStr,
}

/// A resource in a version of a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct GroupVersionResource {
    /// The group; empty for the core group.
    pub group: SmolStr,
    /// The version: `v1`.
    pub version: SmolStr,
    /// The plural name in lower case: `pods`.
    pub resource: SmolStr,
}

impl GroupVersionKind {
    /// Of `apps/v1` or `v1`, and a kind.
    pub fn new(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self { group: group.into(), version: version.into(), kind: kind.into() }
    }

    /// Group and version as a manifest names them: `apps/v1`, `v1`.
    pub fn api_version(&self) -> SmolStr {
        if self.group.is_empty() {
            self.version.clone()
        } else {
            format_smolstr!("{}/{}", self.group, self.version)
        }
    }
}
