//! What is said of a file: how long it is, and its hashes.

use data_encoding::HEXLOWER_PERMISSIVE;
use sekisho_signature::algorithm::Hash;
use serde_json::Value;

use crate::error::TufError;

/// What is said of a file of metadata.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) version: u64,
    pub(crate) length: Option<u64>,
    hashes: Option<Vec<(Hash, Vec<u8>)>>,
}

impl Listed {
    /// Reads an entry; none where it is malformed, or where its hashes are all of kinds that are not computed.
    pub(crate) fn of_value(value: &Value) -> Option<Self> {
        let version = value.get("version").and_then(Value::as_u64).filter(|version| *version > 0)?;
        let length = match value.get("length") {
            None | Some(Value::Null) => None,
            Some(length) => Some(length.as_u64()?),
        };
        let hashes = match value.get("hashes") {
            None | Some(Value::Null) => None,
            Some(hashes) => Some(hashes_of(hashes)?),
        };
        Some(Self { version, length, hashes })
    }

    /// Holds bytes against it.
    pub(crate) fn check(&self, file: &str, bytes: &[u8]) -> Result<(), TufError> {
        let is_long = self.length.is_none_or(|length| length == bytes.len() as u64);
        if is_long && self.hashes.as_ref().is_none_or(|hashes| are_of(hashes, bytes)) {
            return Ok(());
        }
        Err(TufError::Mismatch(file.to_owned()))
    }
}

/// What is said of a file that is not metadata, by somebody who may say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its path.
    pub path: String,
    /// How long it is.
    pub length: u64,
    hashes: Vec<(Hash, Vec<u8>)>,
}

impl Target {
    pub(crate) fn of_value(path: &str, value: &Value) -> Option<Self> {
        let length = value.get("length").and_then(Value::as_u64)?;
        let hashes = value.get("hashes").and_then(Value::as_object).filter(|hashes| !hashes.is_empty())?;
        // A file whose hashes are of kinds that are not computed is listed, and no bytes are it.
        let hashes = hashes_of(&Value::Object(hashes.clone())).unwrap_or_default();
        Some(Self { path: path.to_owned(), length, hashes })
    }

    /// Where it lies in the repository: with its hash in its name where the repository has it so.
    pub fn place(&self, consistent: bool) -> String {
        let Some((_, hash)) = self.hashes.first().filter(|_| consistent) else { return self.path.clone() };
        let hash = data_encoding::HEXLOWER.encode(hash);
        match self.path.rsplit_once('/') {
            Some((folder, name)) => format!("{folder}/{hash}.{name}"),
            None => format!("{hash}.{}", self.path),
        }
    }

    /// Holds bytes against it: the length and every hash must be right.
    pub fn check(&self, bytes: &[u8]) -> Result<(), TufError> {
        if bytes.len() as u64 == self.length && !self.hashes.is_empty() && are_of(&self.hashes, bytes) {
            return Ok(());
        }
        Err(TufError::Mismatch(self.path.clone()))
    }
}

/// Those that are computed here, one at least.
fn hashes_of(value: &Value) -> Option<Vec<(Hash, Vec<u8>)>> {
    let mut found = Vec::new();
    for (name, digits) in value.as_object()? {
        let digits = HEXLOWER_PERMISSIVE.decode(digits.as_str()?.as_bytes()).ok()?;
        found.extend(Hash::named(name).map(|hash| (hash, digits)));
    }
    (!found.is_empty()).then_some(found)
}

fn are_of(hashes: &[(Hash, Vec<u8>)], bytes: &[u8]) -> bool {
    hashes.iter().all(|(hash, digest)| hash.of(bytes) == *digest)
}
