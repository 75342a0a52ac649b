//! A Pod stands alone: no workload makes it anew when its node goes.
//!
//! ## Why
//!
//! A Pod that is written as such stays on its node and dies with it, cannot be rolled out or rolled back, and is often
//! left over from a trial.
//!
//! Pods that a workload owns, static Pods of the control plane and hooks of Helm are not reported.
//!
//! ## Mend
//!
//! Write a Deployment, or a Job for a task that ends.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop # here
//! spec:
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
//!       containers:
//!         - name: web
//!           image: registry.example.com/web:1.4.2
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop-7d9c-x2x
//!   ownerReferences:
//!     - apiVersion: apps/v1
//!       kind: ReplicaSet
//!       name: shop-7d9c
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: "Configuration Best Practices", section on naked Pods

use super::prelude::*;
pub(super) const CHECK: Check = Check {
    id: "naked-pod",
    title: "Pod belongs to no workload",
    message: "the Pod belongs to no workload that would make it anew",
    variants: &[],
    remedy: "Write a Deployment or a Job instead of the Pod",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &["nist-800-190/4.4.5", "pci/15"],
    cel: None,
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    let object = pod.object;
    let owned =
        object.root.at(&["metadata", "ownerReferences"]).is_some_and(|owners| !owners.items().is_empty());
    if object.is("", "Pod")
        && !owned
        && !pod.is_static()
        && !pod.is_patch()
        && object.annotation("helm.sh/hook").is_none()
    {
        examination.report(Found::at(object.head()));
    }
}
