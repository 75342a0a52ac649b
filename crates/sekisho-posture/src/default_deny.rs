//! Namespaces in which no policy denies traffic by default.

use std::collections::BTreeMap;

use sekisho_finding::Confidence;
use sekisho_inventory::Isolation;
use sekisho_inventory::network_policy::Direction;
use sekisho_manifest::{Object, field};

use crate::pod_security::SYSTEM_NAMESPACES;
use crate::{Examination, Found, kyverno};

/// Where a namespace shows itself.
#[derive(Default)]
struct Seen<'a> {
    /// Its own object.
    object: Option<&'a Object>,
    /// The first workload in it that names it, else the first.
    workload: Option<&'a Object>,
}

/// Reports each namespace of the inventory that is not isolated in a direction, once. The findings are of the
/// variant `unnamed` where no object names the namespace.
pub(crate) fn examine(direction: Direction, examination: &mut Examination<'_>) {
    let inventory = examination.inventory();
    let mut namespaces: BTreeMap<&str, Seen<'_>> = BTreeMap::new();
    for object in inventory.of("", "Namespace").filter(|object| !object.name.is_empty()) {
        namespaces.entry(object.name.as_str()).or_default().object = Some(object);
    }
    for workload in inventory.pod_makers() {
        let seen = namespaces.entry(inventory.namespace_of(workload)).or_default();
        let better =
            seen.workload.is_none_or(|first| first.namespace.is_none() && workload.namespace.is_some());
        if better {
            seen.workload = Some(workload);
        }
    }
    // Kyverno may make a policy in each namespace as it comes.
    let generated = kyverno::some_policy_adds(inventory, "NetworkPolicy");
    for (name, seen) in namespaces {
        let beyond_reach = {
            let mut pods = inventory.pods_in(name).peekable();
            pods.peek().is_some() && pods.all(|pod| pod.spec.is_true("hostNetwork"))
        };
        let isolated = !matches!(inventory.isolation(name, direction), Isolation::None);
        if beyond_reach || isolated || name.is_empty() || SYSTEM_NAMESPACES.contains(&name) {
            continue;
        }
        let found = match (seen.object, seen.workload) {
            (Some(object), Some(_)) => Found::at(object.head()),
            // What runs there was not read, so its policies may not have been either.
            (Some(object), None) => Found::at(object.head()).confidence(Confidence::Medium),
            (None, Some(workload)) if workload.namespace.is_some() => {
                Found::at(workload.place(field!["metadata", "namespace"])).confidence(Confidence::Medium)
            }
            (None, Some(workload)) => {
                Found::at(workload.head()).variant("unnamed").confidence(Confidence::Medium)
            }
            (None, None) => continue,
        };
        let found = if generated { found.confidence(Confidence::Low) } else { found };
        examination.report(found.arg("namespace", name));
    }
}
