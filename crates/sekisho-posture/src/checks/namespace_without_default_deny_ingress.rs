//! In a namespace without a default deny for ingress every Pod takes connections from everywhere.
//!
//! ## Why
//!
//! Kubernetes lets every Pod of the cluster connect to every other until a policy selects it. One Pod that an
//! attacker holds then reaches each database, each administration port and each service without a password.
//!
//! A namespace counts as closed when a policy selects all of its Pods for ingress and does not open them to
//! everyone: a NetworkPolicy with an empty `podSelector`, a policy of Cilium or Calico for the namespace or the
//! whole cluster, an AdminNetworkPolicy, BaselineAdminNetworkPolicy or ClusterNetworkPolicy that denies. It
//! counts as closed too when each Pod that was read is selected by some such policy. `kube-system`,
//! `kube-public` and `kube-node-lease` are left out, and namespaces whose Pods all use the network of their node,
//! which policies do not reach.
//!
//! There is one finding for each namespace: at the Namespace, else at the first workload in it. It is a hint
//! where a Kyverno policy of the run makes network policies.
//!
//! ## Mend
//!
//! Apply this policy in the namespace, then allow what is needed, one policy for each application:
//!
//! ```yaml good
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata:
//!   name: default-deny
//!   namespace: shop
//! spec:
//!   podSelector: {}
//!   policyTypes: [Ingress, Egress]
//! ---
//! apiVersion: v1
//! kind: Namespace
//! metadata:
//!   name: shop
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Namespace
//! metadata:
//!   name: shop # here
//! ```
//!
//! ```yaml bad
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata:
//!   name: web
//!   namespace: shop # here
//! spec:
//!   template:
//!     metadata:
//!       labels:
//!         app: web
//!     spec:
//!       containers:
//!         - name: web
//!           image: registry.example.com/web:1.4.2
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata:
//!   name: egress-only
//!   namespace: shop
//! spec:
//!   podSelector: {}
//!   policyTypes: [Egress]
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: web # here
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - Kubernetes: Network Policies, "Default deny all ingress traffic"
//! - NSA and CISA: Kubernetes Hardening Guidance, network policies

use sekisho_inventory::network_policy::Direction;

use super::prelude::*;
use crate::default_deny;

pub(super) const CHECK: Check = Check {
    id: "namespace-without-default-deny-ingress",
    title: "Namespace without default deny for ingress",
    message: "no policy denies traffic into namespace `{namespace}` by default",
    variants: &[(
        "unnamed",
        "no policy denies traffic by default into these workloads, which name no namespace",
    )],
    remedy: "Apply a NetworkPolicy with an empty `podSelector` and `policyTypes: [Ingress]` in the namespace",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K07",
        "owasp-2025/K05",
        "cis-1.12/5.3.2",
        "nsa-cisa/default-deny",
        "nsa-cisa/network-policies",
        "nist-800-190/4.3.3",
        "pci/4",
        "pci/16",
        "attack/T1046",
    ],
    cel: None,
    examine: Examine::Inventory(&[("", "Namespace"), ("", "Pod")], examine),
};

fn examine(examination: &mut Examination<'_>) {
    default_deny::examine(Direction::Ingress, examination);
}
