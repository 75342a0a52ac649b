//! Patches that rules make: strategic merge patches with anchors, and JSON patches.

mod anchors;
mod apply;
mod error;
mod json_patch;
mod merge;

pub(crate) use self::apply::Patch;
pub(crate) use self::error::PatchError;
pub(crate) use self::json_patch::is_equal;
