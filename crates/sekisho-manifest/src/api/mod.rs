//! What is known of the API versions of Kubernetes itself: since when each is served, until when, and what
//! takes its place; and which kinds live in namespaces.

mod table;

use std::cmp::Ordering;

use smol_str::SmolStr;

use self::table::API_VERSIONS;

/// The newest minor release that this knowledge covers: 1.37.
pub const LATEST_MINOR: u32 = 37;

/// One kind in one version of a group of the built-in API. Releases are minor numbers: `22` is 1.22.
#[derive(Debug, PartialEq, Eq)]
pub struct ApiVersion {
    /// The group; empty for the core group.
    pub group: &'static str,
    /// The version: `v1beta1`.
    pub version: &'static str,
    /// The kind: `Ingress`.
    pub kind: &'static str,
    /// Whether its objects live in namespaces.
    pub scope: Scope,
    /// The first release that serves it.
    pub introduced: u32,
    /// The first release that warns of it.
    pub deprecated: Option<u32>,
    /// The first release that does not serve it any more; may lie in the future.
    pub removed: Option<u32>,
    /// The group and kind that takes its place, where those change.
    successor: Option<(&'static str, &'static str)>,
}

/// Where the objects of a kind live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// In a namespace.
    Namespaced,
    /// In the cluster as a whole.
    Cluster,
}

/// How firm the promise of an API version is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Off unless asked for; may vanish in any release.
    Alpha,
    /// Goes within nine months or three releases of its deprecation.
    Beta,
    /// Stays.
    Stable,
}

/// What is known of a kind in a version of a group; none where it is not built in, or never was served.
pub fn lookup(group: &str, version: &str, kind: &str) -> Option<&'static ApiVersion> {
    let order = |api: &ApiVersion| (api.group, api.version, api.kind).cmp(&(group, version, kind));
    API_VERSIONS.binary_search_by(order).ok().and_then(|index| API_VERSIONS.get(index))
}

/// Whether objects of this kind live in namespaces; none where the kind is not built in.
pub fn is_namespaced(group: &str, kind: &str) -> Option<bool> {
    of_group(group).iter().find(|api| api.kind == kind).map(|api| api.scope == Scope::Namespaced)
}

/// All that is known, in the order of group, version and kind.
pub fn all() -> &'static [ApiVersion] {
    API_VERSIONS
}

fn of_group(group: &str) -> &'static [ApiVersion] {
    let start = API_VERSIONS.partition_point(|api| api.group < group);
    let end = API_VERSIONS.partition_point(|api| api.group <= group);
    API_VERSIONS.get(start..end).unwrap_or(&[])
}

impl ApiVersion {
    /// Group and version as a manifest names them: `apps/v1`, `v1`.
    pub fn api_version(&self) -> SmolStr {
        match self.group {
            "" => SmolStr::new_static(self.version),
            group => smol_str::format_smolstr!("{group}/{}", self.version),
        }
    }

    /// How firm its promise is, by its name.
    pub fn stage(&self) -> Stage {
        if self.version.contains("alpha") {
            Stage::Alpha
        } else if self.version.contains("beta") {
            Stage::Beta
        } else {
            Stage::Stable
        }
    }

    /// Whether the release serves it (an alpha version where it is switched on).
    pub fn is_served(&self, minor: u32) -> bool {
        self.introduced <= minor && !self.is_removed(minor)
    }

    /// Whether the release has stopped serving it.
    pub fn is_removed(&self, minor: u32) -> bool {
        self.removed.is_some_and(|removed| removed <= minor)
    }

    /// Whether the release warns of it, or has stopped serving it.
    pub fn is_deprecated(&self, minor: u32) -> bool {
        self.is_removed(minor) || self.deprecated.is_some_and(|deprecated| deprecated <= minor)
    }

    /// What takes its place in this release: of the versions that it serves and does not warn of, the
    /// firmest and newest. None where there is no such version.
    pub fn replacement(&self, minor: u32) -> Option<&'static Self> {
        let (group, kind) = self.successor.unwrap_or((self.group, self.kind));
        of_group(group)
            .iter()
            .filter(|api| api.kind == kind && api.is_served(minor) && !api.is_deprecated(minor))
            .filter(|api| (api.group, api.version) != (self.group, self.version))
            .max_by(|one, other| one.firmness(other))
    }

    /// Compares by stage, then by the numbers of the version: `v1` above `v1beta2` above `v1beta1`.
    fn firmness(&self, other: &Self) -> Ordering {
        (self.stage(), self.numbers()).cmp(&(other.stage(), other.numbers()))
    }

    /// The numbers in the version: 1 and 2 of `v1beta2`.
    fn numbers(&self) -> Vec<u32> {
        self.version
            .split(|letter: char| !letter.is_ascii_digit())
            .filter_map(|part| part.parse().ok())
            .collect()
    }
}
