//! Why an object cannot be patched.

use super::json_patch::JsonPatchError;
use crate::budget::BudgetError;

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
