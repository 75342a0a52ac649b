//! The API server of a managed cluster answers the whole internet.
//!
//! ## Why
//!
//! Whoever steals a credential can use it from anywhere, and whoever finds a fault in the API server can try it
//! on every cluster that answers. Providers open the endpoint to all addresses unless they are told otherwise.
//!
//! ## Mend
//!
//! Make the endpoint private and reach it through a VPN or a bastion, or name the address ranges of offices and
//! build machines.
//!
//! ```yaml bad
//! apiVersion: eksctl.io/v1alpha5
//! kind: ClusterConfig
//! metadata:
//!   name: shop
//!   region: eu-central-1
//! vpc:
//!   clusterEndpoints:
//!     publicAccess: true # here
//!     privateAccess: true
//! ```
//!
//! ```yaml bad
//! apiVersion: controlplane.cluster.x-k8s.io/v1beta2
//! kind: AWSManagedControlPlane
//! metadata:
//!   name: shop
//! spec:
//!   endpointAccess:
//!     public: true
//!     publicCIDRs:
//!       - 0.0.0.0/0 # here
//! ```
//!
//! ```yaml bad
//! apiVersion: container.cnrm.cloud.google.com/v1beta1
//! kind: ContainerCluster
//! metadata:
//!   name: shop # here
//! spec:
//!   location: europe-west3
//! ```
//!
//! ```yaml good
//! apiVersion: eksctl.io/v1alpha5
//! kind: ClusterConfig
//! metadata:
//!   name: shop
//!   region: eu-central-1
//! vpc:
//!   clusterEndpoints:
//!     publicAccess: true
//!     privateAccess: true
//!   publicAccessCIDRs:
//!     - 198.51.100.0/24
//! ```
//!
//! ```yaml good
//! apiVersion: controlplane.cluster.x-k8s.io/v1beta2
//! kind: AWSManagedControlPlane
//! metadata:
//!   name: shop
//! spec:
//!   endpointAccess:
//!     public: false
//!     private: true
//! ```
//!
//! ## References
//!
//! - OWASP Kubernetes Top 10 2025, K06
//! - Amazon EKS: cluster API server endpoint
//! - Google Kubernetes Engine: authorized networks
//! - Azure Kubernetes Service: authorized IP ranges

use super::prelude::*;
use sekisho_inventory::Cidr;

use crate::KindName;

pub(super) const CHECK: Check = Check {
    id: "public-cluster-endpoint",
    title: "API server answers the whole internet",
    message: "the API server of the cluster answers the whole internet",
    variants: &[],
    remedy: "Make the endpoint private, or name the address ranges that may connect",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cloud, Phase::Distribute, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K06",
        "nsa-cisa/control-plane-network",
        "nist-800-190/4.3.2",
        "pci/4",
        "attack/T1133",
        "attack/T1190",
        "microsoft-threat-matrix/MS-TA9005",
        "microsoft-threat-matrix/MS-TA9029",
    ],
    cel: None,
    examine: Examine::Object(KINDS, examine),
};

/// A kind that makes a cluster whose endpoint is public unless it says otherwise.
struct Cluster {
    group: &'static str,
    kind: &'static str,
    /// The mapping that the other paths begin at.
    base: &'static [&'static str],
    /// The field that switches the public endpoint, or the private one.
    switch: &'static [&'static str],
    /// The value of the switch that closes the endpoint.
    closes: bool,
    /// The ranges that may connect.
    ranges: &'static [&'static str],
}

const CLUSTERS: &[Cluster] = &[
    Cluster {
        group: "eksctl.io",
        kind: "ClusterConfig",
        base: &[],
        switch: &["vpc", "clusterEndpoints", "publicAccess"],
        closes: false,
        ranges: &["vpc", "publicAccessCIDRs"],
    },
    Cluster {
        group: "controlplane.cluster.x-k8s.io",
        kind: "AWSManagedControlPlane",
        base: &["spec"],
        switch: &["endpointAccess", "public"],
        closes: false,
        ranges: &["endpointAccess", "publicCIDRs"],
    },
    Cluster {
        group: "eks.services.k8s.aws",
        kind: "Cluster",
        base: &["spec"],
        switch: &["resourcesVPCConfig", "endpointPublicAccess"],
        closes: false,
        ranges: &["resourcesVPCConfig", "publicAccessCIDRs"],
    },
    Cluster {
        group: "eks.aws.upbound.io",
        kind: "Cluster",
        base: &["spec", "forProvider"],
        switch: &["vpcConfig", "endpointPublicAccess"],
        closes: false,
        ranges: &["vpcConfig", "publicAccessCidrs"],
    },
    Cluster {
        group: "eks.aws.crossplane.io",
        kind: "Cluster",
        base: &["spec", "forProvider"],
        switch: &["resourcesVpcConfig", "endpointPublicAccess"],
        closes: false,
        ranges: &["resourcesVpcConfig", "publicAccessCidrs"],
    },
    Cluster {
        group: "infrastructure.cluster.x-k8s.io",
        kind: "AzureManagedControlPlane",
        base: &["spec"],
        switch: &["apiServerAccessProfile", "enablePrivateCluster"],
        closes: true,
        ranges: &["apiServerAccessProfile", "authorizedIPRanges"],
    },
    Cluster {
        group: "container.cnrm.cloud.google.com",
        kind: "ContainerCluster",
        base: &["spec"],
        switch: &["privateClusterConfig", "enablePrivateEndpoint"],
        closes: true,
        ranges: &["masterAuthorizedNetworksConfig", "cidrBlocks"],
    },
];

const KOPS: KindName = ("kops.k8s.io", "Cluster");

const KINDS: &[KindName] = &{
    let mut kinds = [KOPS; CLUSTERS.len() + 1];
    let mut index = 0;
    while index < CLUSTERS.len() {
        kinds[index] = (CLUSTERS[index].group, CLUSTERS[index].kind);
        index += 1;
    }
    kinds
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    if object.is(KOPS.0, KOPS.1) {
        open_ranges(object.place(field!["spec", "kubernetesApiAccess"]), examination);
        return;
    }
    let Some(cluster) = CLUSTERS.iter().find(|cluster| object.is(cluster.group, cluster.kind)) else {
        return;
    };
    let base = object.place(cluster.base.iter().copied().collect());
    let switch = descend(&base, cluster.switch);
    let private_cluster =
        object.root.at(&["privateCluster", "enabled"]).and_then(Node::as_bool) == Some(true);
    if private_cluster || switch.node().and_then(Node::as_bool) == Some(cluster.closes) {
        return;
    }
    let ranges = descend(&base, cluster.ranges);
    if ranges.node().is_some_and(|ranges| !ranges.items().is_empty()) {
        open_ranges(ranges, examination);
    } else if switch.node().is_some() {
        examination.report(Found::at(switch));
    } else {
        examination.report(Found::at(object.head()).confidence(Confidence::Medium));
    }
}

/// The place below another one, through the first item where a version of the kind has a list.
fn descend<'a>(base: &Place<'a>, keys: &[&str]) -> Place<'a> {
    keys.iter().fold(base.clone(), |place, key| {
        let listed = place.node().is_some_and(|node| !node.items().is_empty());
        let place = if listed { place.child(0) } else { place };
        place.child(*key)
    })
}

/// Reports the ranges that hold every address.
fn open_ranges(ranges: Place<'_>, examination: &mut Examination<'_>) {
    for (index, range) in ranges.node().map_or(&[][..], Node::items).iter().enumerate() {
        let text = range.as_str().unwrap_or_else(|| range.str("cidrBlock"));
        if Cidr::parse(text).is_some_and(|range| range.is_everything()) {
            let place = ranges.child(index);
            let named = range.get("cidrBlock").is_some();
            examination.report(Found::at(if named { place.child("cidrBlock") } else { place }));
        }
    }
}
