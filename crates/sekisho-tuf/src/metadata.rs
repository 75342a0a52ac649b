//! Metadata: what is signed, by its kind.

use std::collections::BTreeMap;

use jiff::Timestamp as Time;
use serde_json::Value;

use crate::delegation::Delegations;
use crate::document::Document;
use crate::error::TufError;
use crate::key::Key;
use crate::role::{Role, keys_of};
use crate::target::{Listed, Target};

/// The keys of all top roles.
#[derive(Debug, Clone)]
pub struct Root {
    /// Its version.
    pub version: u64,
    /// When its time is over.
    pub expires: Time,
    /// Whether files have their version in their names.
    pub consistent: bool,
    pub(crate) keys: BTreeMap<String, Key>,
    roles: BTreeMap<&'static str, Role>,
}

/// Which snapshot counts.
#[derive(Debug, Clone)]
pub struct Timestamp {
    /// Its version.
    pub version: u64,
    /// When its time is over.
    pub expires: Time,
    pub(crate) snapshot: Listed,
}

/// Which files of metadata count.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Its version.
    pub version: u64,
    /// When its time is over.
    pub expires: Time,
    pub(crate) files: BTreeMap<String, Listed>,
}

/// What is said of files, and who else may say something.
#[derive(Debug, Clone)]
pub struct Targets {
    /// Its version.
    pub version: u64,
    /// When its time is over.
    pub expires: Time,
    pub(crate) files: BTreeMap<String, Target>,
    pub(crate) delegations: Option<Delegations>,
}

/// The top roles.
const ROLES: [&str; 4] = ["root", "timestamp", "snapshot", "targets"];

impl Root {
    pub(crate) fn of_document(document: &Document) -> Result<Self, TufError> {
        let keys = keys_of(document.signed.get("keys"), &document.file)?;
        let mut roles = BTreeMap::new();
        for name in ROLES {
            let role = document.signed.get("roles").and_then(|roles| roles.get(name));
            let role = role.ok_or_else(|| document.wrong(&format!("there is no role `{name}`")))?;
            roles.insert(name, Role::of_value(role, &document.file)?);
        }
        let consistent = document.signed.get("consistent_snapshot").and_then(Value::as_bool).unwrap_or(false);
        Ok(Self { version: document.version, expires: document.expires, consistent, keys, roles })
    }

    /// Whether a document is signed by those who may sign for a top role.
    pub(crate) fn check(&self, role: &str, document: &Document) -> Result<(), TufError> {
        let found = self.roles.get(role).ok_or_else(|| document.wrong("nobody signs for it"))?;
        found.check(&self.keys, document)
    }
}

impl Timestamp {
    pub(crate) fn of_document(document: &Document) -> Result<Self, TufError> {
        let entry = document.signed.get("meta").and_then(|meta| meta.get("snapshot.json"));
        let entry = entry.ok_or_else(|| document.wrong("it names no snapshot"))?;
        let snapshot =
            Listed::of_value(entry).ok_or_else(|| document.wrong("what it says of the snapshot"))?;
        Ok(Self { version: document.version, expires: document.expires, snapshot })
    }
}

impl Snapshot {
    pub(crate) fn of_document(document: &Document) -> Result<Self, TufError> {
        let meta = document.signed.get("meta").and_then(Value::as_object);
        let meta = meta.ok_or_else(|| document.wrong("it lists nothing"))?;
        let files = meta
            .iter()
            .map(|(name, entry)| {
                let listed = Listed::of_value(entry);
                let listed = listed.ok_or_else(|| document.wrong(&format!("what it says of `{name}`")))?;
                Ok((name.clone(), listed))
            })
            .collect::<Result<_, TufError>>()?;
        Ok(Self { version: document.version, expires: document.expires, files })
    }
}

impl Targets {
    pub(crate) fn of_document(document: &Document) -> Result<Self, TufError> {
        let listed = document.signed.get("targets").and_then(Value::as_object);
        let listed = listed.ok_or_else(|| document.wrong("it has no `targets`"))?;
        let files = listed
            .iter()
            .map(|(name, entry)| {
                let target = Target::of_value(name, entry);
                let target = target.ok_or_else(|| document.wrong(&format!("what it says of `{name}`")))?;
                Ok((name.clone(), target))
            })
            .collect::<Result<_, TufError>>()?;
        let delegations = document.signed.get("delegations").filter(|value| !value.is_null());
        let delegations =
            delegations.map(|value| Delegations::of_value(value, &document.file)).transpose()?;
        Ok(Self { version: document.version, expires: document.expires, files, delegations })
    }
}
