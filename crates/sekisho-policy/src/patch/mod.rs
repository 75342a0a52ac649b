//! Changes of objects: server-side apply's merge by the schemas of the built-in kinds, JSON patches, and the
//! JSON patch that makes one object of another.

mod declared;
mod diff;
mod json;
mod merge;
mod schema;
mod shape;

pub(crate) use declared::declared_types;
pub use diff::diff;
pub use json::{JsonPatchError, Operation, Step, apply};
pub(crate) use merge::unknown_keys;
pub use merge::{MergeError, merge_configuration, unknown_fields};
pub(crate) use shape::field_shape;
