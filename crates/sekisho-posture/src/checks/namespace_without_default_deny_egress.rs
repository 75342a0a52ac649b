//! In a namespace without a default deny for egress every Pod connects to wherever it wants.
//!
//! ## Why
//!
//! Code that an attacker has brought in fetches its tools, calls home, sends data away and searches the network,
//! the API server and the cloud's metadata service included. A default deny leaves it alone in its Pod.
//!
//! A namespace counts as closed when a policy selects all of its Pods for egress and does not open them to
//! everyone: a NetworkPolicy with an empty `podSelector` and `Egress` among its `policyTypes`, a policy of
//! Cilium or Calico for the namespace or the whole cluster, an AdminNetworkPolicy, BaselineAdminNetworkPolicy
//! or ClusterNetworkPolicy that denies. It counts as closed too when each Pod that was read is selected by some
//! such policy. `kube-system`, `kube-public` and `kube-node-lease` are left out, and namespaces whose Pods all
//! use the network of their node, which policies do not reach.
//!
//! A policy without `policyTypes` isolates for egress only when it has an egress rule: `egress: []` alone does
//! nothing.
//!
//! There is one finding for each namespace: at the Namespace, else at the first workload in it. It is a hint
//! where a Kyverno policy of the run makes network policies.
//!
//! ## Mend
//!
//! Apply this policy in the namespace, then allow the cluster's DNS and what else is needed:
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
//! ---
//! apiVersion: networking.k8s.io/v1
//! kind: NetworkPolicy
//! metadata:
//!   name: ingress-only
//!   namespace: shop
//! spec:
//!   podSelector: {}
//!   egress: []
//! ```
//!
//! ## References
//!
//! - Kubernetes: Network Policies, "Default deny all egress traffic"
//! - Kubernetes API reference: `NetworkPolicySpec.policyTypes`

use sekisho_inventory::network_policy::Direction;

use super::prelude::*;
use crate::default_deny;

pub(super) const CHECK: Check = Check {
    id: "namespace-without-default-deny-egress",
    title: "Namespace without default deny for egress",
    message: "no policy denies traffic out of namespace `{namespace}` by default",
    variants: &[(
        "unnamed",
        "no policy denies traffic by default out of these workloads, which name no namespace",
    )],
    remedy: "Apply a NetworkPolicy with an empty `podSelector` and `policyTypes: [Egress]` in the namespace",
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
        "nist-800-190/4.4.2",
        "pci/4",
        "pci/16",
    ],
    cel: None,
    examine: Examine::Inventory(&[("", "Namespace"), ("", "Pod")], examine),
};

fn examine(examination: &mut Examination<'_>) {
    default_deny::examine(Direction::Egress, examination);
}
