//! Patches of both kinds, applied to an object.

use sekisho_manifest::{Budget, SourceId, load_one};

use super::error::PatchError;
use super::json_patch::{self, JsonPatchError};
use super::merge;
use crate::budget::Meter;
use crate::value::Value;

/// A patch in which no variables are left.
#[derive(Debug, Clone)]
pub(crate) enum Patch {
    Merge(Value),
    /// The text of a JSON patch, in YAML or JSON.
    Json(String),
}

impl Patch {
    /// Applies the patch; the object as it was where nothing changes.
    pub(crate) fn apply(&self, object: &Value, meter: &Meter) -> Result<Value, PatchError> {
        match self {
            Self::Merge(patch) => merge::apply(patch, object, meter),
            Self::Json(text) => {
                let patch = operations(text)?;
                json_patch::apply(&patch, object, meter).map_err(|error| match error {
                    JsonPatchError::Budget(error) => PatchError::Budget(error),
                    error => PatchError::Json(error),
                })
            }
        }
    }
}

/// Reads the text of a JSON patch.
fn operations(text: &str) -> Result<Value, PatchError> {
    let loaded = load_one(SourceId(0), text, &Budget::default());
    if let Some(error) = loaded.errors.first() {
        return Err(PatchError::Text(error.to_string()));
    }
    Ok(loaded.documents.first().map_or(Value::Null, |document| Value::from_node(&document.root)))
}
