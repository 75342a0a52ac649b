//! Approvals of the images that run, looked at again whenever the bundle, the vulnerability database or the time can have
//! made them lapse.

mod book;
mod keeper;
mod rows;

pub use book::{Approvals, ApprovalsStanding, Grace};
pub(crate) use keeper::Keeper;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sekisho_cluster::{ImageUse, LapseAction};

/// What an image comes to that is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// Whether it is approved.
    pub verdict: Verdict,
    /// When that ends by itself, as far as it is known.
    pub until: Option<Timestamp>,
}

/// Whether an image is approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing asks for its approval.
    Unconcerned,
    /// It is.
    Approved,
    /// It was once, and is not any more, for these reasons.
    Lapsed(Vec<String>),
    /// It never was, for these reasons.
    Missing(Vec<String>),
    /// That cannot be told, for this reason.
    Unknown(String),
}

/// Looks at images by what is in force.
pub trait Assessor: Send + Sync {
    /// What it judges by: changes with the bundle and the database. An error says why nothing can be judged.
    fn revision(&self) -> Result<String, String>;

    /// Looks at an image whose digest is known.
    fn assess(&self, image: &ImageUse, digest: &str) -> Assessment;

    /// Hears what somebody should know of approvals that lapsed.
    fn tell(&self, message: &str);
}

/// How approvals are looked after.
#[derive(Clone)]
pub struct ApprovalSettings {
    /// Who looks.
    pub assessor: Arc<dyn Assessor>,
    /// What becomes of Pods with images whose approval has lapsed.
    pub action: LapseAction,
    /// How long after it lapsed.
    pub grace: Duration,
    /// How often what was not approved is looked at again.
    pub interval: Duration,
    /// The ConfigMap that tells the webhook: namespace and name.
    pub list: Option<(String, String)>,
}

impl fmt::Debug for ApprovalSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApprovalSettings")
            .field("action", &self.action)
            .field("grace", &self.grace)
            .field("interval", &self.interval)
            .field("list", &self.list)
            .finish_non_exhaustive()
    }
}
