//! Changes of objects: server-side apply's merge by the schemas of the built-in kinds, JSON patches, and the
//! JSON patch that makes one object of another.

mod diff;
mod json;
mod merge;
mod schema;

pub use diff::diff;
pub use json::{JsonPatchError, Operation, Step, apply};
pub use merge::{MergeError, merge_configuration, unknown_fields};
