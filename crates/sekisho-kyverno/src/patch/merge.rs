//! Strategic merge patches as Kyverno applies them: anchors are worked off first, then the patch is laid over
//! the object, lists merged by the keys of Kubernetes' schema.

use sekisho_kustomize::merge_strategic;

use crate::budget::Meter;
use crate::value::Value;

use super::anchors::{self, Unfit};
use super::error::PatchError;

/// Applies a patch to an object. Where the conditions of the patch do not hold, nothing is patched.
pub(crate) fn apply(patch: &Value, object: &Value, meter: &Meter) -> Result<Value, PatchError> {
    let mut patch = patch.clone();
    match anchors::work_off(&mut patch, object, meter) {
        Ok(()) => {}
        Err(Unfit::Condition | Unfit::Global(_)) => return Ok(object.clone()),
        Err(Unfit::Patch(reason)) => return Err(PatchError::Preprocess(reason)),
        Err(Unfit::Budget(error)) => return Err(error.into()),
    }
    let merged = merge_strategic(&object.to_node(), &patch.to_node())
        .map_err(|error| PatchError::Merge(error.to_string()))?;
    Ok(merged.map_or(Value::Null, |node| Value::from_node(&node)))
}
