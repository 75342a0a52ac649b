//! What is kept of a credential that was found: where it is and what it looks like, not the credential.

use sekisho_leak::Leak;
use sekisho_package::{Checksums, Deliveries, Layer};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// A credential that was found, without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The name of the rule.
    pub(crate) rule: String,
    /// What the rule finds.
    pub(crate) what: String,
    /// The tags of the rule.
    pub(crate) tags: Vec<String>,
    /// The file.
    pub(crate) path: String,
    /// Its line.
    pub(crate) line: u32,
    /// Its bytes in the file.
    pub(crate) start: usize,
    /// The byte behind its last.
    pub(crate) end: usize,
    /// How it is shown: redacted.
    pub(crate) shown: String,
    /// What it was decoded from.
    pub(crate) encodings: Vec<String>,
    /// The commit that added it.
    pub(crate) commit: Option<Commit>,
    /// What its file gives under the digests of packages, where the file is small enough.
    pub(crate) sums: Option<Checksums>,
    /// The package of the distribution that brought its file as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) owner: Option<SmolStr>,
}

/// A commit that added a credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Commit {
    pub(crate) id: String,
    pub(crate) author: String,
    pub(crate) date: String,
}

impl Record {
    pub(crate) fn of(leak: &Leak<'_>, path: &str) -> Self {
        Self {
            rule: leak.rule.id.to_string(),
            what: leak.rule.description.clone(),
            tags: leak.rule.tags.iter().map(ToString::to_string).collect(),
            path: path.to_owned(),
            line: leak.place.line,
            start: leak.place.start,
            end: leak.place.end,
            shown: if leak.secret.is_empty() { String::new() } else { leak.secret.to_string() },
            encodings: leak.encodings.iter().map(|one| one.as_str().to_owned()).collect(),
            commit: None,
            sums: None,
            owner: None,
        }
    }

    /// Whether the same rule found it at bytes that another covers.
    pub(crate) fn lies_in(&self, other: &Self) -> bool {
        self.rule == other.rule
            && self.path == other.path
            && self.commit == other.commit
            && other.start <= self.start
            && self.end <= other.end
    }
}

/// Says of credentials, each with the number of its layer, which package of the distribution brought their files as
/// they are.
pub(crate) fn name_owners<'r>(layers: &[&Layer], records: impl Iterator<Item = (usize, &'r mut Record)>) {
    let mut deliveries = Deliveries::new(layers);
    for (layer, record) in records {
        // What lies in an archive came with the archive.
        let file = record.path.split("!/").next().unwrap_or_default();
        record.owner = deliveries.of(file, layer, record.sums.as_ref());
    }
}
