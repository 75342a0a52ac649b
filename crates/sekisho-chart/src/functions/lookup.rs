//! `lookup`: what stands in the cluster that a scan looks at. Without a cluster, nothing does.

use std::fmt;

use super::arguments::text;
use super::{Family, Function};
use crate::value::{Map, Type};

/// The table of the family.
pub(super) const FAMILY: Family =
    &[Function::new("lookup", &[Type::String, Type::String, Type::String, Type::String], |call, args| {
        let [version, kind, namespace, name] = [0, 1, 2, 3].map(|at| text(args, at).to_key());
        let cluster = call.state().cluster.as_ref();
        let found = cluster.and_then(|cluster| cluster.find(&version, &kind, &namespace, &name));
        Ok(found.unwrap_or_default().into())
    })];

/// Answers `lookup`.
pub trait Cluster: fmt::Debug {
    /// The object of this API version, kind, namespace and name; where the name is empty, the list of all
    /// objects of the kind in the namespace, or in all of them where that is empty too. None where there is
    /// no such object, or no such kind.
    fn find(&self, version: &str, kind: &str, namespace: &str, name: &str) -> Option<Map>;
}
