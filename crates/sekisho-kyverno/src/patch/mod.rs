//! Patches that rules make: strategic merge patches with anchors, and JSON patches.

mod anchors;
mod json_patch;
mod merge;

use sekisho_manifest::{Budget, SourceId, load_one};

use crate::budget::{BudgetError, Meter};
use crate::value::Value;

use json_patch::JsonPatchError;
pub(crate) use json_patch::is_equal;

/// Why an object cannot be patched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum PatchError {
    /// The budget is used up.
    #[error(transparent)]
    Budget(#[from] BudgetError),
    /// The anchors of the patch cannot be worked off.
    #[error("failed to preProcess rule: {0}")]
    Preprocess(String),
    /// The patch cannot be laid over the object.
    #[error("{0}")]
    Merge(String),
    /// The text of a JSON patch cannot be read.
    #[error("failed to convert patchesJSON6902 to JSON: {0}")]
    Text(String),
    /// A JSON patch cannot be applied.
    #[error(transparent)]
    Json(JsonPatchError),
}

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
