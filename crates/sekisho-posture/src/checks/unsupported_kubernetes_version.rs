//! A cluster or a machine runs, or is to run, a minor release of Kubernetes that is out of support.
//!
//! ## Why
//!
//! The project supports a minor release for about fourteen months. After that nobody looks whether a new fault
//! is in it, and no fix is made for it; the faults that newer releases mend are public.
//!
//! ## Mend
//!
//! Upgrade, one minor release after the other, the control plane first. Providers of managed clusters mend some
//! older releases for longer and at a price; that buys time for the upgrade.
//!
//! ```yaml bad
//! apiVersion: kubeadm.k8s.io/v1beta3
//! kind: ClusterConfiguration
//! kubernetesVersion: v1.27.4 # here
//! ```
//!
//! ```yaml bad
//! apiVersion: eksctl.io/v1alpha5
//! kind: ClusterConfig
//! metadata:
//!   name: shop
//!   region: eu-central-1
//!   version: "1.28" # here
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Node
//! metadata:
//!   name: worker-1
//! status:
//!   nodeInfo:
//!     kubeletVersion: v1.28.11 # here
//! ```
//!
//! Of a live cluster the version of the API server is looked at too; the finding is about the Service `kubernetes`.
//!
//! ```yaml good
//! apiVersion: cluster.x-k8s.io/v1beta1
//! kind: MachineDeployment
//! metadata:
//!   name: shop
//! spec:
//!   template:
//!     spec:
//!       version: v1.34.2
//! ```
//!
//! ## References
//!
//! - Kubernetes: releases, "End of life" of each minor release
//! - Kubernetes: version skew policy

use super::prelude::*;
use crate::KindName;
use crate::kubernetes_release::{minor_of, outdated};

pub(super) const CHECK: Check = Check {
    id: "unsupported-kubernetes-version",
    title: "Kubernetes release is out of support",
    message: "Kubernetes {version} has had no fixes since {date}",
    variants: &[],
    remedy: "Upgrade to a minor release that is supported",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Run, Mode::Preventive),
    controls: &[
        "owasp-2022/K10",
        "owasp-2025/K07",
        "nsa-cisa/vulnerability-patching",
        "nist-800-190/4.3.5",
        "pci/10",
        "pci/14",
        "attack/T1190",
    ],
    cel: None,
    examine: Examine::Object(KINDS, examine),
};

/// A kind whose field says the version of a cluster or of a machine.
struct Versioned {
    group: &'static str,
    kind: &'static str,
    path: &'static [&'static str],
    /// Whether a provider runs the control plane, and may mend releases for longer.
    managed: bool,
}

const fn own(group: &'static str, kind: &'static str, path: &'static [&'static str]) -> Versioned {
    Versioned { group, kind, path, managed: false }
}

const fn managed(group: &'static str, kind: &'static str, path: &'static [&'static str]) -> Versioned {
    Versioned { group, kind, path, managed: true }
}

const VERSIONED: &[Versioned] = &[
    own("", "Node", &["status", "nodeInfo", "kubeletVersion"]),
    own("kubeadm.k8s.io", "ClusterConfiguration", &["kubernetesVersion"]),
    own("cluster.x-k8s.io", "Cluster", &["spec", "topology", "version"]),
    own("cluster.x-k8s.io", "Machine", &["spec", "version"]),
    own("cluster.x-k8s.io", "MachineDeployment", &["spec", "template", "spec", "version"]),
    own("cluster.x-k8s.io", "MachinePool", &["spec", "template", "spec", "version"]),
    own("cluster.x-k8s.io", "MachineSet", &["spec", "template", "spec", "version"]),
    own("controlplane.cluster.x-k8s.io", "KubeadmControlPlane", &["spec", "version"]),
    own("controlplane.cluster.x-k8s.io", "RKE2ControlPlane", &["spec", "version"]),
    own("core.gardener.cloud", "Shoot", &["spec", "kubernetes", "version"]),
    own("kops.k8s.io", "Cluster", &["spec", "kubernetesVersion"]),
    own("provisioning.cattle.io", "Cluster", &["spec", "kubernetesVersion"]),
    own("upgrade.cattle.io", "Plan", &["spec", "version"]),
    managed("eksctl.io", "ClusterConfig", &["metadata", "version"]),
    managed("controlplane.cluster.x-k8s.io", "AWSManagedControlPlane", &["spec", "version"]),
    managed("infrastructure.cluster.x-k8s.io", "AzureManagedControlPlane", &["spec", "version"]),
    managed("eks.services.k8s.aws", "Cluster", &["spec", "version"]),
    managed("eks.services.k8s.aws", "Nodegroup", &["spec", "version"]),
    managed("eks.aws.upbound.io", "Cluster", &["spec", "forProvider", "version"]),
    managed("eks.aws.crossplane.io", "Cluster", &["spec", "forProvider", "version"]),
    managed("container.gcp.upbound.io", "Cluster", &["spec", "forProvider", "minMasterVersion"]),
    managed("container.cnrm.cloud.google.com", "ContainerCluster", &["spec", "minMasterVersion"]),
    managed(
        "containerservice.azure.upbound.io",
        "KubernetesCluster",
        &["spec", "forProvider", "kubernetesVersion"],
    ),
];

const KINDS: &[KindName] = &{
    let mut kinds = [("", "Service"); VERSIONED.len() + 1];
    let mut index = 0;
    while index < VERSIONED.len() {
        kinds[index] = (VERSIONED[index].group, VERSIONED[index].kind);
        index += 1;
    }
    kinds
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    let Some(today) = examination.settings().today else { return };
    if object.is("", "Service") {
        let is_server = object.name == "kubernetes" && object.namespace.as_deref() == Some("default");
        let version = examination.settings().server_version.as_deref().filter(|_| is_server);
        let found = version.and_then(|version| {
            let found = outdated(object.head(), minor_of(version)?, today)?;
            Some(found.confidence(confidence(version)))
        });
        if let Some(found) = found {
            examination.report(found);
        }
        return;
    }
    for known in VERSIONED.iter().filter(|known| object.is(known.group, known.kind)) {
        let place = object.place(known.path.iter().copied().collect());
        let version = place.node().and_then(Node::as_str).unwrap_or_default();
        let confidence = if known.managed { Confidence::Medium } else { confidence(version) };
        if let Some(found) = minor_of(version).and_then(|minor| outdated(place, minor, today)) {
            examination.report(found.confidence(confidence));
        }
    }
}

/// A provider that builds Kubernetes itself may mend releases for longer.
fn confidence(version: &str) -> Confidence {
    let is_of_provider = ["-eks-", "-gke.", "-aks"].iter().any(|mark| version.contains(mark));
    if is_of_provider { Confidence::Medium } else { Confidence::High }
}
