//! No disruption budget keeps some Pods of a workload running while nodes are drained.
//!
//! ## Why
//!
//! Draining nodes for an update may take every replica away at once. A PodDisruptionBudget makes the drain wait.
//!
//! A workload with a single replica is not reported: a budget would only block the drain. One whose number of replicas an
//! autoscaler decides is.
//!
//! ## Mend
//!
//! Write a PodDisruptionBudget whose selector picks the workload's Pods, with `maxUnavailable: 1`.
//!
//! ```yaml bad
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata:
//!   name: shop # here
//! spec:
//!   replicas: 3
//!   template:
//!     metadata:
//!       labels:
//!         app: shop
//!     spec:
//!       containers:
//!         - name: web
//!           image: registry.example.com/web:1.4.2
//! ---
//! apiVersion: policy/v1
//! kind: PodDisruptionBudget
//! metadata:
//!   name: cart
//! spec:
//!   maxUnavailable: 1
//!   selector:
//!     matchLabels:
//!       app: cart
//! ```
//!
//! ```yaml good
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata:
//!   name: shop
//! spec:
//!   replicas: 3
//!   template:
//!     metadata:
//!       labels:
//!         app: shop
//!     spec:
//!       containers:
//!         - name: web
//!           image: registry.example.com/web:1.4.2
//! ---
//! apiVersion: policy/v1
//! kind: PodDisruptionBudget
//! metadata:
//!   name: shop
//! spec:
//!   maxUnavailable: 1
//!   selector:
//!     matchLabels:
//!       app: shop
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: "Specifying a Disruption Budget for your Application"

use super::prelude::*;
use sekisho_manifest::selector::Selector;
use sekisho_manifest::workload;

use crate::replicas::{Replicas, replicas};

pub(super) const CHECK: Check = Check {
    id: "missing-disruption-budget",
    title: "Workload has no disruption budget",
    message: "no disruption budget keeps Pods of the workload running while nodes are drained",
    variants: &[],
    remedy: "Write a PodDisruptionBudget for the workload",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &["pci/11", "attack/T1499"],
    cel: None,
    examine: Examine::Object(&[("apps", "Deployment"), ("apps", "StatefulSet")], examine),
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    let inventory = examination.inventory();
    if matches!(replicas(object, inventory), Replicas::Fixed(..=1)) {
        return;
    }
    let namespace = inventory.namespace_of(object);
    let pods = workload::pods(object);
    let guarded = inventory.of("policy", "PodDisruptionBudget").any(|budget| {
        inventory.namespace_of(budget) == namespace && pods.iter().any(|pod| picks(budget, pod))
    });
    if !guarded && pods.iter().any(|pod| !pod.is_patch()) {
        examination.report(Found::at(object.head()));
    }
}

fn picks(budget: &Object, pod: &Pod<'_>) -> bool {
    let Some(selector) = budget.root.at(&["spec", "selector"]) else { return false };
    let Ok(selector) = Selector::from_label_selector(selector) else { return false };
    // An empty selector picked nothing before the API was stable.
    if selector.is_empty() && budget.version() != "v1" {
        return false;
    }
    match pod.metadata.and_then(|metadata| metadata.get("labels")) {
        Some(labels) => selector.matches(labels),
        None => selector.is_empty(),
    }
}
