//! What is written: objects, what was said of them, and by which bundle.

use std::sync::Arc;

use smol_str::SmolStr;

/// Which object of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ObjectKey {
    /// The group and version: `apps/v1`.
    pub api_version: String,
    /// The kind.
    pub kind: String,
    /// The namespace; empty for what lives in the cluster as a whole.
    pub namespace: String,
    /// The name.
    pub name: String,
}

impl ObjectKey {
    /// What names the object whatever version it is read in: `apps/Deployment/shop/web`.
    pub fn id(&self) -> String {
        let group = self.api_version.rsplit_once('/').map_or("", |(group, _)| group);
        format!("{group}/{}/{}/{}", self.kind, self.namespace, self.name)
    }
}

/// What was said of an object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ObjectResult {
    /// The object.
    pub key: ObjectKey,
    /// Its identifier.
    pub uid: String,
    /// The version that was looked at.
    pub version: String,
    /// The digest of the bundle.
    pub bundle: String,
    /// Rules that hold.
    pub passed: u32,
    /// What is wrong.
    pub findings: Vec<FindingRow>,
    /// Whether the object is gone, and all that was wrong with it.
    pub gone: bool,
}

/// Something that is wrong with an object. There may be hundreds of thousands of them, so what many have in common they
/// share.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FindingRow {
    /// What tells it apart from others of the cluster, for as long as it lasts.
    pub fingerprint: Arc<str>,
    /// The rule.
    pub rule: Arc<RuleRow>,
    /// What came out: `fail`, `warn`, `error`.
    pub outcome: SmolStr,
    /// In words.
    pub message: Arc<str>,
    /// The field of the object; may be empty.
    pub path: Arc<str>,
}

/// A rule as its findings tell of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct RuleRow {
    /// Its name.
    pub name: String,
    /// How bad it is where it does not hold.
    pub severity: String,
    /// What admission does about it: `refuses`, `warns`, `records`.
    pub consequence: String,
    /// Its file.
    pub file: String,
    /// The line in it.
    pub line: u32,
    /// The commit that the line came with.
    pub commit: String,
    /// Who wrote it.
    pub author: String,
    /// Who owns the file.
    pub owner: String,
}

/// A bundle that was in use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BundleUse {
    /// The digest.
    pub digest: String,
    /// The source.
    pub source: String,
    /// The branch or tag; may be empty.
    pub reference: String,
    /// The commit; may be empty.
    pub commit: String,
}
