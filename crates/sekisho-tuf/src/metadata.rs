//! Metadata: what is signed, by its kind.

use std::collections::BTreeMap;

use jiff::Timestamp as Time;
use serde_json::{Map, Value};

use crate::canonical::canonical;
use crate::delegation::Delegations;
use crate::error::TufError;
use crate::key::Key;
use crate::role::{Role, keys_of};
use crate::target::{Listed, Target};

/// A file of metadata: what is signed, and by whom. Nothing of it is proved.
pub(crate) struct Document {
    pub(crate) file: String,
    pub(crate) signatures: Vec<(String, String)>,
    pub(crate) signed: Map<String, Value>,
    pub(crate) signed_bytes: Vec<u8>,
    pub(crate) version: u64,
    pub(crate) expires: Time,
}

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

impl Document {
    /// Reads a file that must be of a kind.
    pub(crate) fn read(file: &str, kind: &str, bytes: &[u8]) -> Result<Self, TufError> {
        let wrong = |what: &str| TufError::Malformed { file: file.to_owned(), what: what.to_owned() };
        let mut document: Value = serde_json::from_slice(bytes).map_err(|error| wrong(&error.to_string()))?;
        let listed = document.get("signatures").and_then(Value::as_array);
        let mut signatures: Vec<(String, String)> = Vec::new();
        for entry in listed.ok_or_else(|| wrong("there are no `signatures`"))? {
            let text = |field| entry.get(field).and_then(Value::as_str);
            let (Some(name), Some(signature)) = (text("keyid"), text("sig")) else {
                return Err(wrong("a signature has no `keyid` or no `sig`"));
            };
            if signatures.iter().any(|(known, _)| known == name) {
                return Err(wrong("a key has signed twice"));
            }
            signatures.push((name.to_owned(), signature.to_owned()));
        }
        let signed =
            document.get_mut("signed").map(Value::take).ok_or_else(|| wrong("there is no `signed`"))?;
        let signed_bytes = canonical(&signed).ok_or_else(|| wrong("a number is not whole"))?;
        let Value::Object(signed) = signed else { return Err(wrong("`signed` is no object")) };
        let text = |field: &str| signed.get(field).and_then(Value::as_str);
        if text("_type") != Some(kind) {
            return Err(wrong(&format!("it is no `{kind}`")));
        }
        if !text("spec_version").is_some_and(|version| version == "1" || version.starts_with("1.")) {
            return Err(wrong("it is not of version 1 of the specification"));
        }
        let version = signed.get("version").and_then(Value::as_u64).filter(|version| *version > 0);
        let version = version.ok_or_else(|| wrong("it has no `version` of one or more"))?;
        let expires = text("expires").and_then(|text| text.parse().ok());
        let expires = expires.ok_or_else(|| wrong("it does not say when it expires"))?;
        Ok(Self { file: file.to_owned(), signatures, signed, signed_bytes, version, expires })
    }

    pub(crate) fn wrong(&self, what: &str) -> TufError {
        TufError::Malformed { file: self.file.clone(), what: what.to_owned() }
    }

    /// Its time must not be over.
    pub(crate) fn check_time(&self, now: Time) -> Result<(), TufError> {
        check_time(&self.file, self.expires, now)
    }
}

pub(crate) fn check_time(file: &str, expires: Time, now: Time) -> Result<(), TufError> {
    if expires <= now { Err(TufError::Expired { file: file.to_owned(), expired: expires }) } else { Ok(()) }
}

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
