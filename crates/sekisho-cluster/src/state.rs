//! Which kinds hold what somebody wants, and which hold only what came of it: the state of a running cluster is
//! large, changes by the second, and no rule is about it.

use crate::discovery::Resource;
use crate::scanner::Left;

/// Groups of run-time state: measurements, leases, reports of other scanners.
const GROUPS: &[&str] = &[
    "aquasecurity.github.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "internal.apiserver.k8s.io",
    "openreports.io",
    "reports.kyverno.io",
    "spdx.softwarecomposition.kubescape.io",
    "status.gatekeeper.sh",
    "wgpolicyk8s.io",
];

/// Kinds of run-time state in groups that hold other things too.
const KINDS: &[(&str, &str)] = &[
    ("", "componentstatuses"),
    ("", "endpoints"),
    ("", "events"),
    ("apps", "controllerrevisions"),
    ("cilium.io", "ciliumendpoints"),
    ("cilium.io", "ciliumidentities"),
    ("cilium.io", "ciliumnodes"),
    ("kyverno.io", "admissionreports"),
    ("kyverno.io", "backgroundscanreports"),
    ("kyverno.io", "clusteradmissionreports"),
    ("kyverno.io", "clusterbackgroundscanreports"),
    ("kyverno.io", "updaterequests"),
    ("networking.k8s.io", "ipaddresses"),
    ("resource.k8s.io", "resourceslices"),
    ("storage.k8s.io", "csinodes"),
    ("storage.k8s.io", "csistoragecapacities"),
    ("storage.k8s.io", "volumeattachments"),
];

/// Kinds whose objects are made by others: they come last, when it is known by which.
const MADE: &[(&str, &str)] = &[("apps", "replicasets"), ("batch", "jobs"), ("", "pods")];

/// Kinds whose `status` says what users asked for and got: addresses, versions.
const WITH_STATUS: &[(&str, &str)] = &[
    ("", "namespaces"),
    ("", "nodes"),
    ("", "services"),
    ("gateway.networking.k8s.io", "gateways"),
    ("networking.k8s.io", "ingresses"),
];

/// The kinds that are read, those that others make behind those others.
pub(crate) fn read_in_order(resources: &[Resource]) -> Vec<&Resource> {
    let group = |resource: &Resource| resource.group.clone();
    let is_state = |resource: &&Resource| {
        GROUPS.contains(&resource.group.as_str())
            || resource.group.ends_with("metrics.k8s.io")
            || is_among(KINDS, resource)
            // The same objects stand in the groups that took their place.
            || group(resource) == "extensions"
    };
    let mut read: Vec<&Resource> =
        resources.iter().filter(|one| one.is_listable()).filter(|one| !is_state(one)).collect();
    read.sort_by_key(|resource| {
        MADE.iter().position(|(group, plural)| resource.group == *group && resource.plural == *plural)
    });
    read
}

/// What of the objects of a kind nobody reads. The content of Secrets is never kept.
pub(crate) fn left(resource: &Resource) -> Vec<Left> {
    let mut left: Vec<Left> = vec![
        &["metadata", "managedFields", "*", "fieldsV1"],
        &["status", "images"],
        &["status", "conditions"],
    ];
    if !is_among(WITH_STATUS, resource) {
        left.push(&["status"]);
    }
    if resource.group.is_empty() && resource.plural == "secrets" {
        left.extend([&["data"] as Left, &["stringData"]]);
    }
    left
}

fn is_among(kinds: &[(&str, &str)], resource: &Resource) -> bool {
    kinds.contains(&(resource.group.as_str(), resource.plural.as_str()))
}
