//! A namespace that only warns about a Pod Security level, or only notes it in the audit log, refuses no Pod.
//!
//! ## Why
//!
//! The labels `pod-security.kubernetes.io/warn` and `pod-security.kubernetes.io/audit` tell of Pods above a
//! level; the label `enforce` alone keeps them out. Warnings reach the person who runs `kubectl`, and nobody
//! when a controller makes the Pods.
//!
//! The stage is right while workloads are being mended. A level `privileged` in `warn` or `audit` tells
//! nothing and does not count as this stage.
//!
//! ## Mend
//!
//! Add `pod-security.kubernetes.io/enforce` with a level that the workloads meet today, and keep `warn` and
//! `audit` at the level they shall meet next.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Namespace
//! metadata:
//!   name: shop
//!   labels:
//!     pod-security.kubernetes.io/warn: restricted # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Namespace
//! metadata:
//!   name: shop
//!   labels:
//!     pod-security.kubernetes.io/enforce: baseline
//!     pod-security.kubernetes.io/warn: restricted
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security Admission, "Pod Security levels" and modes

use super::prelude::*;
use crate::pod_security::{ENFORCE, SYSTEM_NAMESPACES, TELLING, enforced_by_default};

pub(super) const CHECK: Check = Check {
    id: "pod-security-warn-only",
    title: "Pod Security only warns",
    message: "namespace `{namespace}` tells of Pods above the level `{level}` and admits them: no level is enforced",
    variants: &[],
    remedy: "Add the label `pod-security.kubernetes.io/enforce` with a level that the workloads meet",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K04",
        "owasp-2025/K04",
        "cis-1.12/5.2.1",
        "nsa-cisa/pod-security-enforcement",
        "pci/3",
        "attack/T1610",
    ],
    cel: None,
    examine: Examine::Inventory(&[("", "Namespace")], examine),
};

fn examine(examination: &mut Examination<'_>) {
    let inventory = examination.inventory();
    let telling = |namespace: &'_ Object| {
        TELLING.into_iter().find(|label| matches!(namespace.label(label), Some("baseline" | "restricted")))
    };
    let mut found = Vec::new();
    for namespace in inventory.of("", "Namespace") {
        let enforced =
            namespace.label(ENFORCE).is_some() || SYSTEM_NAMESPACES.contains(&namespace.name.as_str());
        if let Some(label) = telling(namespace).filter(|_| !enforced) {
            found.push((namespace, label));
        }
    }
    if found.is_empty() || enforced_by_default(inventory) {
        return;
    }
    for (namespace, label) in found {
        let mend = Mend::risky("label the namespace `pod-security.kubernetes.io/enforce: baseline`")
            .set(&namespace.place(field!["metadata", "labels", ENFORCE]), "baseline");
        let level = namespace.label(label).unwrap_or("");
        let found = Found::at(namespace.place(field!["metadata", "labels", label]));
        examination.report(found.arg("namespace", namespace.name.clone()).arg("level", level).mend(mend));
    }
}
