//! A role lets its holder `update` or `patch` namespaces, and thereby their labels.
//!
//! ## Why
//!
//! Labels of a namespace decide its Pod Security level, which network policies select it, and which webhooks and
//! policies leave it out. Whoever changes them lifts those guards and then starts what they forbade.
//!
//! ## Mend
//!
//! Leave namespaces to the pipeline that makes them, or name them in `resourceNames` and guard the labels by an
//! admission policy.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: team-operator
//! rules:
//!   - apiGroups: [""]
//!     resources: [namespaces]
//!     verbs:
//!       - get
//!       - patch # here
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: team-operator
//! rules:
//!   - apiGroups: [""]
//!     resources: [namespaces]
//!     verbs: [get, list, watch]
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Role Based Access Control Good Practices, "Namespace modification"
//! - Kubernetes documentation: Pod Security Admission

use super::prelude::*;
use crate::rbac::{Point, Power, ROLES, no_rule};

pub(super) const CHECK: Check = Check {
    id: "namespace-label-write",
    title: "Role may change the labels of namespaces",
    message: "`{role}` may change the labels of every namespace, Pod Security levels included (`{verbs}`)",
    variants: &[(
        "namespace",
        "`{role}` may change the labels of its namespace, the Pod Security level included (`{verbs}`)",
    )],
    remedy: "Remove `update` and `patch` on `namespaces`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "owasp-2022/K04",
        "owasp-2025/K04",
        "nsa-cisa/pod-security-enforcement",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "pci/2",
        "attack/T1685",
    ],
    cel: Some(no_rule!(
        "rule.?verbs.orValue([]).exists(verb, verb in ['patch', 'update', '*']) && ",
        "rule.?apiGroups.orValue([]).exists(group, group in ['', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ['namespaces']) && ",
        "rule.?resourceNames.orValue([]).size() == 0"
    )),
    examine: Examine::Object(ROLES, examine),
};

pub(super) const POWER: Power = Power {
    verbs: &["patch", "update"],
    namespaced: &[("", "namespaces")],
    point: Point::Verb,
    in_namespace: Severity::Medium,
    ..Power::BASE
};

fn examine<'a>(role: &'a Object, examination: &mut Examination<'a>) {
    POWER.examine(role, examination);
}
