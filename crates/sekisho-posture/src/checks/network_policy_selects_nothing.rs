//! A network policy selects none of the Pods of its namespace.
//!
//! ## Why
//!
//! A wrong label is no error: the policy is accepted and protects nothing, while its author believes the Pods
//! closed. Often the labels of the workload were taken for those of its Pods.
//!
//! The Pods are those of the workloads that were read. The check is silent where a namespace holds none, and
//! where an operator may make Pods there whose labels are not known. It is a hint only where the selector
//! asks for a label that no Pod template shows and the rest of it fits: some programs label their leader.
//!
//! ## Mend
//!
//! Use the labels of the Pod template in the selector, or remove the policy.
//!
//! ```yaml bad
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata:
//!   name: web
//! spec:
//!   podSelector: # here
//!     matchLabels:
//!       app: webb
//!   ingress: []
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata:
//!   name: web
//! spec:
//!   template:
//!     metadata:
//!       labels:
//!         app: web
//!     spec:
//!       containers:
//!         - name: web
//!           image: registry.example.com/web:1.4.2
//! ```
//!
//! ```yaml good
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata:
//!   name: web
//! spec:
//!   podSelector:
//!     matchLabels:
//!       app: web
//!   ingress: []
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata:
//!   name: web
//! spec:
//!   template:
//!     metadata:
//!       labels:
//!         app: web
//!     spec:
//!       containers:
//!         - name: web
//!           image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - Kubernetes API reference: `NetworkPolicySpec.podSelector`

use sekisho_inventory::network_policy::specs;

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "network-policy-selects-nothing",
    title: "Network policy selects nothing",
    message: "policy `{policy}` selects none of the Pods of its namespace",
    variants: &[],
    remedy: "Use the labels of the Pod template in the selector, or remove the policy",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K07",
        "owasp-2025/K05",
        "nsa-cisa/network-policies",
        "nist-800-190/4.3.3",
        "pci/4",
        "pci/16",
    ],
    cel: None,
    examine: Examine::Object(
        &[
            ("networking.k8s.io", "NetworkPolicy"),
            ("extensions", "NetworkPolicy"),
            ("cilium.io", "CiliumNetworkPolicy"),
            ("projectcalico.org", "NetworkPolicy"),
            ("crd.projectcalico.org", "NetworkPolicy"),
        ],
        examine,
    ),
};

fn examine<'a>(policy: &'a Object, examination: &mut Examination<'a>) {
    let inventory = examination.inventory();
    let namespace = inventory.namespace_of(policy);
    if inventory.may_have_unseen_pods(namespace) || inventory.pods_in(namespace).next().is_none() {
        return;
    }
    for spec in specs(policy).into_iter().filter(|spec| !inventory.selects_some_pod(spec)) {
        let field = ["podSelector", "endpointSelector", "selector"]
            .into_iter()
            .find(|field| spec.child(*field).node().is_some());
        let place = field.map_or_else(|| policy.head(), |field| spec.child(field));
        let at_run_time = inventory.policy_may_select_at_run_time(&spec);
        let confidence = if at_run_time { Confidence::Low } else { Confidence::Medium };
        examination.report(Found::at(place).confidence(confidence).arg("policy", policy.name.clone()));
    }
}
