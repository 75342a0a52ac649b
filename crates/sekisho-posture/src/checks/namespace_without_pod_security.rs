//! A namespace without a Pod Security label lets every Pod in, privileged ones included.
//!
//! ## Why
//!
//! Pod Security admission refuses Pods only in namespaces that carry the label
//! `pod-security.kubernetes.io/enforce`. Without it the level is `privileged`, unless the configuration of the
//! API server sets another default. Whoever may create a Pod there can then mount the disk of a node.
//!
//! A label with a word that is no level is found too: the API server refuses such a namespace.
//! `kube-system`, `kube-public` and `kube-node-lease` are left out, and so is every namespace when an
//! `AdmissionConfiguration` beside it sets a default that is enforced. A namespace that warns or audits and
//! does not enforce is the subject of `pod-security-warn-only`. Where a Kyverno policy of the run sets the label,
//! the finding is a hint.
//!
//! ## Mend
//!
//! Label the namespace with the strictest level that its workloads meet: `restricted`, else `baseline`.
//! `kubectl label --dry-run=server --overwrite ns NAME pod-security.kubernetes.io/enforce=baseline` lists the
//! Pods that would be refused.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Namespace
//! metadata:
//!   name: shop # here
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Namespace
//! metadata:
//!   name: shop
//!   labels:
//!     pod-security.kubernetes.io/enforce: Restricted # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Namespace
//! metadata:
//!   name: shop
//!   labels:
//!     pod-security.kubernetes.io/enforce: baseline
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security Admission, "Pod Security labels for namespaces"
//! - Kubernetes: "Apply Pod Security Standards at the cluster level"

use super::prelude::*;
use crate::kyverno;
use crate::pod_security::{ENFORCE, SYSTEM_NAMESPACES, TELLING, enforced_by_default, is_level};

pub(super) const CHECK: Check = Check {
    id: "namespace-without-pod-security",
    title: "Namespace without Pod Security level",
    message: "namespace `{namespace}` has no label `pod-security.kubernetes.io/enforce`: it admits privileged Pods",
    variants: &[(
        "unknown-level",
        "namespace `{namespace}` asks for the Pod Security level `{level}`, which is none of `privileged`, `baseline`, `restricted`",
    )],
    remedy: "Label the namespace `pod-security.kubernetes.io/enforce: baseline` or `restricted`",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
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
    cel: None,
    examine: Examine::Inventory(&[("", "Namespace")], examine),
};

fn examine(examination: &mut Examination<'_>) {
    let inventory = examination.inventory();
    let namespaces = inventory.of("", "Namespace");
    let examined: Vec<&Object> =
        namespaces.filter(|namespace| !SYSTEM_NAMESPACES.contains(&namespace.name.as_str())).collect();
    if examined.is_empty() {
        return;
    }
    let by_default = enforced_by_default(inventory);
    let by_policy = kyverno::some_policy_adds(inventory, ENFORCE);
    for namespace in examined {
        let place = namespace.place(field!["metadata", "labels", ENFORCE]);
        let tells = |label: &str| matches!(namespace.label(label), Some("baseline" | "restricted"));
        let found = match namespace.label(ENFORCE) {
            Some(level) if is_level(level) => continue,
            Some(level) => {
                let found = Found::at(place.clone()).variant("unknown-level").arg("level", level);
                found.confidence(Confidence::High)
            }
            None if by_default || TELLING.into_iter().any(tells) => continue,
            None if by_policy => Found::at(namespace.head()).confidence(Confidence::Low),
            None => Found::at(namespace.head()),
        };
        let mend = Mend::risky("label the namespace `pod-security.kubernetes.io/enforce: baseline`")
            .set(&place, "baseline");
        examination.report(found.arg("namespace", namespace.name.clone()).mend(mend));
    }
}
