//! Roles: whose signatures a file needs, and how many.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::document::Document;
use crate::error::TufError;
use crate::key::Key;

/// The most keys of a file.
const KEYS: usize = 4_096;

/// Who signs something.
#[derive(Debug, Clone)]
pub(crate) struct Role {
    keys: Vec<String>,
    threshold: u64,
}

impl Role {
    /// Reads a role.
    pub(crate) fn of_value(value: &Value, file: &str) -> Result<Self, TufError> {
        let wrong = |what: &str| TufError::Malformed { file: file.to_owned(), what: what.to_owned() };
        let threshold = value.get("threshold").and_then(Value::as_u64).filter(|threshold| *threshold > 0);
        let threshold = threshold.ok_or_else(|| wrong("a role has no `threshold` of one or more"))?;
        let keys =
            value.get("keyids").and_then(Value::as_array).ok_or_else(|| wrong("a role has no `keyids`"))?;
        let keys: Vec<String> = keys
            .iter()
            .map(|key| key.as_str().map(str::to_owned).ok_or_else(|| wrong("a name of a key is no text")))
            .collect::<Result<_, _>>()?;
        if keys.iter().collect::<BTreeSet<_>>().len() != keys.len() {
            return Err(wrong("a role names a key twice"));
        }
        Ok(Self { keys, threshold })
    }

    /// Whether enough of its keys have signed a document. A key counts once, however many names it has.
    pub(crate) fn check(&self, keys: &BTreeMap<String, Key>, document: &Document) -> Result<(), TufError> {
        let mut signers = BTreeSet::new();
        for (name, signature) in &document.signatures {
            let key = keys.get(name).filter(|_| self.keys.contains(name));
            if let Some(key) = key.filter(|key| key.has_signed(&document.signed_bytes, signature)) {
                signers.insert(key.fingerprint());
            }
        }
        if (signers.len() as u64) < self.threshold {
            let (file, needed) = (document.file.clone(), self.threshold);
            return Err(TufError::Threshold { file, found: signers.len(), needed });
        }
        Ok(())
    }
}

/// The keys of a file by their names.
pub(crate) fn keys_of(value: Option<&Value>, file: &str) -> Result<BTreeMap<String, Key>, TufError> {
    let wrong = |what: &str| TufError::Malformed { file: file.to_owned(), what: what.to_owned() };
    let keys = value.and_then(Value::as_object).ok_or_else(|| wrong("there are no `keys`"))?;
    if keys.len() > KEYS {
        return Err(wrong("there are more than 4,096 keys"));
    }
    Ok(keys.iter().filter_map(|(name, key)| Some((name.clone(), Key::of_value(key)?))).collect())
}
