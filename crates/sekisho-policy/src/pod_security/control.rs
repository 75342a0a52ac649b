//! A control of the Pod Security Standards: its name, its level, and what it asks in which version.

use super::level::{Level, Version};
use super::pod::Pod;
use super::violation::{Fault, Violation};

/// A control.
#[derive(Debug)]
pub struct Control {
    /// The API server's id: `runAsNonRoot`.
    pub id: &'static str,
    /// The name in the Pod Security Standards: `Running as Non-root`. A control that both levels have, each in
    /// its own way, has one name and two ids.
    pub name: &'static str,
    /// The least strict level that it belongs to.
    pub level: Level,
    /// The id of the control that it takes the place of, being stricter.
    pub(super) replaces: Option<&'static str>,
    /// What it asks, oldest first.
    pub(super) editions: &'static [Edition],
}

/// What a control asks from a version on.
#[derive(Debug)]
pub(super) struct Edition {
    /// The minor version of Kubernetes that brought it.
    pub(super) since: u64,
    pub(super) examine: Examine,
}

/// Looks at a Pod; nothing comes of one that the control lets pass.
type Examine = fn(&Pod<'_>) -> Option<Refusal>;

/// Why a control refuses a Pod.
pub(super) struct Refusal {
    pub(super) reason: &'static str,
    pub(super) detail: String,
    pub(super) faults: Vec<Fault>,
}

impl Control {
    /// Whether the control exists in a version.
    pub fn exists_in(&self, version: Version) -> bool {
        self.edition(version).is_some()
    }

    /// Asks the control about a Pod; nothing where it has no objection or does not exist in the version.
    pub fn examine(&self, version: Version, pod: &Pod<'_>) -> Option<Violation> {
        let refusal = (self.edition(version)?.examine)(pod)?;
        let Refusal { reason, detail, faults } = refusal;
        Some(Violation { control: self.id, reason, detail, faults })
    }

    fn edition(&self, version: Version) -> Option<&'static Edition> {
        self.editions.iter().rfind(|edition| Version::Minor(edition.since) <= version)
    }
}
