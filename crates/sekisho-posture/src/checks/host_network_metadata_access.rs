//! A Pod on the network of its node reaches the metadata service of the cloud as the node does.
//!
//! ## Why
//!
//! The metadata service hands out the node's credentials to whoever asks from the node's own address. Network
//! policies do not hold for a Pod on the host's network, and a hop limit of 1 does not stop it. Who runs code
//! in the Pod may then act in the cloud account as the node: pull images, read disks, often much more.
//!
//! Found where the manifests show that they are meant for a cloud. Elsewhere the host's network is a fault of its
//! own, which `host-network` finds.
//!
//! ## Mend
//!
//! Remove `hostNetwork: true`. Where the Pod needs it, leave the node's role with next to no rights, and give
//! workloads an identity of their own.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: ServiceAccount
//! metadata:
//!   name: shop
//!   annotations:
//!     eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/shop
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   hostNetwork: true # here
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! Nothing here speaks of a cloud:
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   hostNetwork: true
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - OWASP Kubernetes Top 10 2025, K08: cluster-to-cloud lateral movement
//! - Amazon EKS: best practices, "Restrict access to the instance profile"

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "host-network-metadata-access",
    title: "Pod can ask the metadata service as its node",
    message: "the Pod can ask the metadata service of the cloud in the name of its node",
    variants: &[],
    remedy: "Remove `hostNetwork: true`, or leave the role of the node with next to no rights",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cloud, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K08",
        "owasp-2025/K08",
        "nsa-cisa/cloud-metadata-protection",
        "nist-800-190/4.4.2",
        "pci/4",
        "attack/T1552.005",
        "microsoft-threat-matrix/MS-TA9020",
        "microsoft-threat-matrix/MS-TA9028",
        "microsoft-threat-matrix/MS-TA9033",
    ],
    cel: None,
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    if !pod.spec.is_true("hostNetwork") || examination.inventory().clouds().is_empty() {
        return;
    }
    // The control plane and what runs on each node cannot be anywhere else.
    let system = examination.inventory().namespace_of(pod.object) == "kube-system";
    let confidence = if system { Confidence::Low } else { Confidence::Medium };
    examination.report(Found::at(pod.field(field!["hostNetwork"])).confidence(confidence));
}
