//! `lookup`: what stands in the cluster that a scan looks at. Without a cluster, nothing does.

use super::arguments::text;
use super::function::{Family, Function};
use crate::value::Type;

/// The table of the family.
pub(super) const FAMILY: Family =
    &[Function::new("lookup", &[Type::String, Type::String, Type::String, Type::String], |call, args| {
        let [version, kind, namespace, name] = [0, 1, 2, 3].map(|at| text(args, at).to_key());
        let cluster = call.state().cluster.as_ref();
        let found = cluster.and_then(|cluster| cluster.find(&version, &kind, &namespace, &name));
        Ok(found.unwrap_or_default().into())
    })];
