//! A Deployment runs one Pod: when it goes, so does the service.
//!
//! ## Why
//!
//! Nodes are drained for updates and fail without asking. With one replica every such event, and every attack that brings
//! the Pod down, is an outage.
//!
//! A Deployment that an autoscaler among the examined objects looks after is not reported, nor one scaled to zero.
//!
//! ## Mend
//!
//! Set `replicas` to two or more where the program can run twice.
//!
//! ```yaml bad
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata:
//!   name: shop
//! spec:
//!   replicas: 1 # here
//!   template:
//!     spec:
//!       containers:
//!         - name: web
//!           image: registry.example.com/web:1.4.2
//! ```
//!
//! ```yaml bad
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata:
//!   name: shop
//! spec: # here
//!   template:
//!     spec:
//!       containers:
//!         - name: web
//!           image: registry.example.com/web:1.4.2
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
//! apiVersion: autoscaling/v2
//! kind: HorizontalPodAutoscaler
//! metadata:
//!   name: shop
//! spec:
//!   minReplicas: 2
//!   maxReplicas: 6
//!   scaleTargetRef:
//!     apiVersion: apps/v1
//!     kind: Deployment
//!     name: shop
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: "Deployments", section "Replicas"

use super::prelude::*;
use sekisho_manifest::workload;

use crate::replicas::{Replicas, replicas};

pub(super) const CHECK: Check = Check {
    id: "single-replica",
    title: "Deployment runs a single Pod",
    message: "the Deployment runs a single Pod",
    variants: &[],
    remedy: "Run two replicas or more",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &["pci/11", "attack/T1499"],
    cel: None,
    examine: Examine::Object(&[("apps", "Deployment"), ("extensions", "Deployment")], examine),
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    let whole = workload::pods(object).iter().any(|pod| !pod.is_patch());
    if whole && replicas(object, examination.inventory()) == Replicas::Fixed(1) {
        examination.report(Found::at(object.place(field!["spec", "replicas"])));
    }
}
