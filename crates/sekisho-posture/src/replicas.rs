//! How many Pods a workload runs, as far as its manifest and its autoscaler say.

use sekisho_inventory::Inventory;
use sekisho_manifest::{Node, Object};

/// How many Pods a workload runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replicas {
    /// This many.
    Fixed(i64),
    /// As many as an autoscaler decides.
    Scaled,
}

/// The kinds of autoscalers: HorizontalPodAutoscaler and that of KEDA.
const AUTOSCALERS: &[(&str, &str)] =
    &[("autoscaling", "HorizontalPodAutoscaler"), ("keda.sh", "ScaledObject")];

/// How many Pods a Deployment or StatefulSet runs.
pub(crate) fn replicas(workload: &Object, inventory: &Inventory) -> Replicas {
    let namespace = inventory.namespace_of(workload);
    let scaled = AUTOSCALERS.iter().flat_map(|(group, kind)| inventory.of(group, kind)).any(|scaler| {
        let target = scaler.root.at(&["spec", "scaleTargetRef"]);
        inventory.namespace_of(scaler) == namespace
            && target.is_some_and(|target| {
                // KEDA scales a Deployment where the target says no kind.
                let kind = if target.str("kind").is_empty() { "Deployment" } else { target.str("kind") };
                kind == workload.kind && target.str("name") == workload.name
            })
    });
    if scaled {
        return Replicas::Scaled;
    }
    Replicas::Fixed(workload.root.at(&["spec", "replicas"]).and_then(Node::as_i64).unwrap_or(1))
}
