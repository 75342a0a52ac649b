//! When rules can be copied for controllers.

use crate::value::Value;

use super::kinds::{kinds_of, list, names_pods};

/// The kinds for which copying is worth while, as rules write them.
const PODS_AND_CONTROLLERS: [&str; 8] = [
    "CronJob",
    "DaemonSet",
    "Deployment",
    "Job",
    "Pod",
    "ReplicaSet",
    "ReplicationController",
    "StatefulSet",
];

/// Whether the rules of a policy can be copied: none generates or patches by JSON patch, and none picks its
/// resources by what a controller does not share with its Pods.
pub(super) fn is_supported(rules: &[Value]) -> bool {
    let mut needed = false;
    for rule in rules {
        if rule.get("generate").is_some_and(|value| !value.is_null()) || patches_by_path(rule) {
            return false;
        }
        for block in ["match", "exclude"].into_iter().filter_map(|key| rule.get(key)).flat_map(blocks) {
            if !is_shared(block) {
                return false;
            }
            needed |= kinds_of(block).iter().any(|kind| PODS_AND_CONTROLLERS.contains(&kind.as_str()));
        }
    }
    needed
}

fn patches_by_path(rule: &Value) -> bool {
    let Some(mutate) = rule.get("mutate") else { return false };
    let has_patch = |value: &Value| {
        value.get("patchesJson6902").and_then(Value::as_str).is_some_and(|patch| !patch.is_empty())
    };
    has_patch(mutate) || list(mutate, "foreach").iter().any(has_patch)
}

fn blocks(filter: &Value) -> impl Iterator<Item = &Value> {
    std::iter::once(filter).chain(list(filter, "any")).chain(list(filter, "all"))
}

/// Whether what a block picks by is the same for a controller.
fn is_shared(block: &Value) -> bool {
    let Some(resources) = block.get("resources") else { return true };
    let present = |key: &str| resources.get(key).is_some_and(|value| !value.is_null());
    let kinds = kinds_of(block);
    let has_name = resources.get("name").and_then(Value::as_str).is_some_and(|name| !name.is_empty())
        || !list(resources, "names").is_empty();
    !(has_name || present("selector") || present("annotations") || (kinds.len() > 1 && names_pods(&kinds)))
}
