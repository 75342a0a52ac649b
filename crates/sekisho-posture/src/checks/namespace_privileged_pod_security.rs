//! A namespace at the Pod Security level `privileged` lets every Pod in, whatever it asks for.
//!
//! ## Why
//!
//! The label `pod-security.kubernetes.io/enforce: privileged` switches Pod Security off for the namespace.
//! Whoever may create a Pod there can take over the node it lands on.
//!
//! Where a workload beside the namespace needs its node (host namespaces, host paths, a privileged container)
//! the label is no mistake, and the finding is of low severity: the namespace should hold that workload and
//! nothing else. `kube-system` is left out.
//!
//! ## Mend
//!
//! Use `baseline` or `restricted`. Keep agents of nodes in a namespace of their own, in which no one else may
//! create Pods.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Namespace
//! metadata:
//!   name: shop
//!   labels:
//!     pod-security.kubernetes.io/enforce: privileged # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Namespace
//! metadata:
//!   name: shop
//!   labels:
//!     pod-security.kubernetes.io/enforce: restricted
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security Standards, "Privileged"

use super::prelude::*;
use crate::pod_security::{ENFORCE, SYSTEM_NAMESPACES};

pub(super) const CHECK: Check = Check {
    id: "namespace-privileged-pod-security",
    title: "Namespace at Pod Security level privileged",
    message: "namespace `{namespace}` enforces the Pod Security level `privileged`: it admits every Pod",
    variants: &[(
        "needed",
        "namespace `{namespace}` admits every Pod; `{workload}` in it needs its node, what else may run there gets the same",
    )],
    remedy: "Set `pod-security.kubernetes.io/enforce` to `baseline` or `restricted`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K04",
        "owasp-2025/K04",
        "cis-1.12/5.2.1",
        "nsa-cisa/pod-security-enforcement",
        "nist-800-190/4.4.3",
        "pci/3",
        "attack/T1610",
    ],
    cel: Some(
        "object.?metadata.?name.orValue('') in ['kube-system', 'kube-public', 'kube-node-lease'] || \
         object.?metadata.?labels[?'pod-security.kubernetes.io/enforce'].orValue('') != 'privileged'",
    ),
    examine: Examine::Object(&[("", "Namespace")], examine),
};

fn examine<'a>(namespace: &'a Object, examination: &mut Examination<'a>) {
    if namespace.label(ENFORCE) != Some("privileged") || SYSTEM_NAMESPACES.contains(&namespace.name.as_str())
    {
        return;
    }
    let mut found = Found::at(namespace.place(field!["metadata", "labels", ENFORCE]))
        .arg("namespace", namespace.name.clone());
    if let Some(pod) = examination.inventory().pods_in(&namespace.name).find(needs_its_node) {
        found = found.variant("needed").arg("workload", pod.object.name.clone()).severity(Severity::Low);
    }
    examination.report(found);
}

/// Whether the Pod asks for what the level `baseline` refuses because it reaches the node.
fn needs_its_node(pod: &Pod<'_>) -> bool {
    ["hostNetwork", "hostPID", "hostIPC"].iter().any(|field| pod.spec.is_true(field))
        || pod
            .spec
            .get("volumes")
            .map_or(&[][..], Node::items)
            .iter()
            .any(|volume| volume.get("hostPath").is_some())
        || pod.containers().iter().any(|container| {
            container.security("privileged").and_then(Node::as_bool) == Some(true)
                || container
                    .node
                    .get("ports")
                    .map_or(&[][..], Node::items)
                    .iter()
                    .any(|port| port.get("hostPort").and_then(Node::as_i64).is_some_and(|number| number != 0))
        })
}
