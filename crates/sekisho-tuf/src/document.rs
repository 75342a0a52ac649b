//! Documents: a file of metadata, and what every one of them says.

use jiff::Timestamp as Time;
use serde_json::{Map, Value};

use crate::canonical::canonical;
use crate::error::TufError;

/// A file of metadata: what is signed, and by whom. Nothing of it is proved.
pub(crate) struct Document {
    pub(crate) file: String,
    pub(crate) signatures: Vec<(String, String)>,
    pub(crate) signed: Map<String, Value>,
    pub(crate) signed_bytes: Vec<u8>,
    pub(crate) version: u64,
    pub(crate) expires: Time,
}

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
