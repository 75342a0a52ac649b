//! A component of the cluster is of a version that is known to be vulnerable: the API server, the kubelet, the
//! container runtime, or an add-on such as an ingress controller or the DNS server.
//!
//! ## Why
//!
//! Components of the cluster are what keeps workloads apart. Their faults are published with all that it takes to use
//! them, and some need no more than a request that anybody in the cluster may make.
//!
//! What a live cluster says of itself is looked at, the versions of nodes, and the tags of images. A table of the
//! vulnerabilities of the components that clusters are made of comes with Sekisho: it needs no database and knows
//! what was known when Sekisho was released.
//!
//! ## Mend
//!
//! Upgrade to the version that the finding names, or a later one. Whoever builds a component themselves may have
//! mended it under an older number: such versions are reported with less confidence.
//!
//! ```yaml bad
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata:
//!   name: ingress-nginx-controller
//!   namespace: ingress-nginx
//! spec:
//!   selector:
//!     matchLabels:
//!       app: ingress-nginx
//!   template:
//!     metadata:
//!       labels:
//!         app: ingress-nginx
//!     spec:
//!       containers:
//!       - name: controller
//!         image: registry.k8s.io/ingress-nginx/controller:v1.11.3 # here
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Node
//! metadata:
//!   name: worker-1
//! status:
//!   nodeInfo:
//!     containerRuntimeVersion: containerd://1.6.8 # here
//!     kubeletVersion: v1.29.4-eks-036c24b # here
//!     operatingSystem: linux
//! ```
//!
//! ```yaml good
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata:
//!   name: web
//! spec:
//!   selector:
//!     matchLabels:
//!       app: web
//!   template:
//!     metadata:
//!       labels:
//!         app: web
//!     spec:
//!       containers:
//!       - name: web
//!         image: registry.example.com/shop/web:v1.11.3
//!       - name: controller
//!         image: registry.k8s.io/ingress-nginx/controller:v1.99.0
//! ```
//!
//! ## References
//!
//! - Kubernetes: Official CVE Feed
//! - Go vulnerability database
//! - Bitnami vulnerability database

use sekisho_manifest::{ImageRef, workload};
use smol_str::SmolStr;

use super::prelude::*;
use crate::cluster_component::{ClusterComponent, exposure, is_built_by_others};

pub(super) const CHECK: Check = Check {
    id: "vulnerable-cluster-component",
    title: "Component of the cluster has known vulnerabilities",
    message: "`{software}` {version} has {count} known vulnerabilities, upgrade to {mended}: {list}",
    variants: &[("one", "`{software}` {version} has the known vulnerability {list}, upgrade to {mended}")],
    remedy: "Upgrade the component to a version in which the vulnerabilities are mended",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Run, Mode::Preventive),
    controls: &[
        "owasp-2022/K10",
        "owasp-2025/K07",
        "nsa-cisa/vulnerability-patching",
        "nist-800-190/4.3.5",
        "nist-800-190/4.4.1",
        "pci/10",
        "pci/14",
        "attack/T1190",
        "attack/T1068",
    ],
    cel: None,
    examine: Examine::AnyObject(examine),
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    if object.is("", "Node") {
        return node(object, examination);
    }
    if object.is("", "Service") {
        return server(object, examination);
    }
    for pod in &workload::pods(object) {
        for container in &pod.containers() {
            let Ok(image) = container.image().parse::<ImageRef>() else { continue };
            let Some((component, tag)) = ClusterComponent::of_image(&image).zip(image.tag.as_deref()) else {
                continue;
            };
            let place = container.field(field!["image"]);
            if let Some(found) = found(place, component.id, &component.name(), tag) {
                examination.report(found.container(container));
            }
        }
    }
}

fn node<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    let info = object.place(field!["status", "nodeInfo"]);
    let said = |key: &'static str| {
        let place = info.child(key);
        let text = place.node().and_then(Node::as_str).unwrap_or("");
        (place, text)
    };
    let (place, kubelet) = said("kubeletVersion");
    report(examination, found(place.clone(), "kubelet", "kubelet", kubelet));
    if said("operatingSystem").1 == "windows" {
        report(examination, found(place, "kubelet/windows", "kubelet (Windows)", kubelet));
    }
    let (place, runtime) = said("containerRuntimeVersion");
    if let Some((name, version)) = runtime.split_once("://") {
        report(examination, found(place, name, name, version));
    }
}

/// The Service of this name is the API server itself.
fn server<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    let is_server = object.name == "kubernetes" && object.namespace.as_deref() == Some("default");
    if let Some(version) = examination.settings().server_version.as_deref().filter(|_| is_server) {
        report(examination, found(object.head(), "kube-apiserver", "kube-apiserver", version));
    }
}

fn report<'a>(examination: &mut Examination<'a>, found: Option<Found<'a>>) {
    if let Some(found) = found {
        examination.report(found);
    }
}

/// What is known of a version, as a finding.
fn found<'a>(place: Place<'a>, component: &str, name: &str, version: &str) -> Option<Found<'a>> {
    /// How many are named.
    const NAMED: usize = 6;
    let exposure = exposure(component, version)?;
    let worst = exposure.known.iter().filter_map(|known| known.score).max();
    let severity = match worst {
        Some(90..) => Severity::Critical,
        Some(70..) => Severity::High,
        Some(..40) => Severity::Low,
        Some(_) | None => Severity::Medium,
    };
    let named: Vec<&str> = exposure.known.iter().take(NAMED).map(|known| known.id).collect();
    let more = if exposure.known.len() > NAMED { ", …" } else { "" };
    let found = Found::at(place)
        .severity(severity)
        .confidence(if is_built_by_others(version) { Confidence::Medium } else { Confidence::High })
        .identity(SmolStr::new(component))
        .arg("software", name)
        .arg("version", version.trim_start_matches('v'))
        .arg("count", exposure.known.len().to_string())
        .arg("list", format!("{}{more}", named.join(", ")))
        .arg("mended", exposure.mended);
    Some(if exposure.known.len() == 1 { found.variant("one") } else { found })
}
