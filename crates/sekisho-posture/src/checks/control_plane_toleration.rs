//! A workload may be scheduled on the nodes of the control plane.
//!
//! ## Why
//!
//! The nodes of the control plane hold the keys of the cluster and its database. A taint keeps ordinary Pods away from
//! them; a Pod that tolerates it may land there, where any way out of the container is a way to everything.
//!
//! DaemonSets, which are for every node, and static Pods are not reported.
//!
//! ## Mend
//!
//! Take the toleration away.
//!
//! ```yaml bad
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata:
//!   name: shop
//! spec:
//!   template:
//!     spec:
//!       tolerations:
//!         - key: node-role.kubernetes.io/control-plane # here
//!           effect: NoSchedule
//!       containers:
//!         - name: web
//!           image: registry.example.com/web:1.4.2
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   tolerations:
//!     - operator: Exists # here
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ```yaml good
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata:
//!   name: shop
//! spec:
//!   template:
//!     spec:
//!       tolerations:
//!         - key: dedicated
//!           value: shop
//!           effect: NoSchedule
//!         - operator: Exists
//!           effect: NoExecute
//!       containers:
//!         - name: web
//!           image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: "Taints and Tolerations"
//! - NIST SP 800-190, 4.3.4

use super::prelude::*;
pub(super) const CHECK: Check = Check {
    id: "control-plane-toleration",
    title: "Workload may run on nodes of the control plane",
    message: "the Pod may be scheduled on the nodes of the control plane",
    variants: &[],
    remedy: "Take the toleration of the control plane's taint away",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &["nist-800-190/4.3.4", "nist-800-190/4.3.5", "pci/16", "attack/T1611"],
    cel: None,
    examine: Examine::Pod(examine),
};

/// The taints of the control plane's nodes, today's and the one before 1.24.
const TAINTS: &[&str] = &["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    let everywhere = pod.object.kind == "DaemonSet" || pod.is_static();
    let owned = pod.object.root.at(&["metadata", "ownerReferences"]).map_or(&[][..], Node::items);
    if everywhere || owned.iter().any(|owner| owner.str("kind") == "DaemonSet") {
        return;
    }
    let tolerations = pod.spec.get("tolerations").map_or(&[][..], Node::items).iter().enumerate();
    let tolerates = |toleration: &Node| {
        let key = toleration.str("key");
        let any = key.is_empty() && toleration.str("operator") == "Exists";
        (any || TAINTS.contains(&key)) && matches!(toleration.str("effect"), "" | "NoSchedule")
    };
    if let Some((index, toleration)) = tolerations.into_iter().find(|(_, toleration)| tolerates(toleration)) {
        let field = if toleration.get("key").is_some() { "key" } else { "operator" };
        examination.report(Found::at(pod.field(field!["tolerations", index, field])));
    }
}
