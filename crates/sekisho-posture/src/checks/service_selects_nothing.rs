//! A Service selects none of the Pods of its namespace.
//!
//! ## Why
//!
//! Clients of the Service reach nobody, and whoever may create a Pod with the labels of the selector answers in
//! its name. Often the labels of the workload were taken for those of its Pods.
//!
//! The Pods are those of the workloads that were read. The check is silent where a namespace holds none, and
//! where an operator may make Pods there whose labels are not known. It is a hint only where the selector
//! asks for a label that no Pod template shows and the rest of it fits: some programs label their leader.
//!
//! ## Mend
//!
//! Use the labels of the Pod template in the selector, or remove the Service.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Service
//! metadata:
//!   name: web
//! spec:
//!   selector: # here
//!     app: webb
//!   ports:
//!     - port: 80
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: web
//!   labels:
//!     app: web
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Service
//! metadata:
//!   name: web
//! spec:
//!   selector:
//!     app: web
//!   ports:
//!     - port: 80
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: web
//!   labels:
//!     app: web
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - Kubernetes: Service, "Services without selectors"

use sekisho_inventory::service::selector;

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "service-selects-nothing",
    title: "Service selects nothing",
    message: "service `{service}` selects none of the Pods of its namespace",
    variants: &[],
    remedy: "Use the labels of the Pod template in the selector, or remove the Service",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &["owasp-2022/K07", "owasp-2025/K05", "nist-800-190/4.3.3", "pci/4", "attack/T1557"],
    cel: None,
    examine: Examine::Object(&[("", "Service")], examine),
};

fn examine<'a>(service: &'a Object, examination: &mut Examination<'a>) {
    let inventory = examination.inventory();
    let namespace = inventory.namespace_of(service);
    let Some(selector) = selector(service) else { return };
    if inventory.may_have_unseen_pods(namespace) || inventory.pods_in(namespace).next().is_none() {
        return;
    }
    if inventory.pods_selected(namespace, &selector).next().is_none() {
        let at_run_time = inventory.may_select_at_run_time(namespace, &selector);
        let confidence = if at_run_time { Confidence::Low } else { Confidence::Medium };
        let found = Found::at(service.place(field!["spec", "selector"])).confidence(confidence);
        examination.report(found.arg("service", service.name.clone()));
    }
}
