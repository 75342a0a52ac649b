//! What `lookup` sees.

use std::fmt;

use crate::value::Map;

/// Answers `lookup`.
pub trait Cluster: fmt::Debug {
    /// The object of this API version, kind, namespace and name; where the name is empty, the list of all
    /// objects of the kind in the namespace, or in all of them where that is empty too. None where there is
    /// no such object, or no such kind.
    fn find(&self, version: &str, kind: &str, namespace: &str, name: &str) -> Option<Map>;
}
