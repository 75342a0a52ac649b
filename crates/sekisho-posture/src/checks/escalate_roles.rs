//! A role lets its holder use the verb `escalate` on roles: write rules into a role that the holder does not have.
//!
//! ## Why
//!
//! The API server refuses to let anyone write a role with more rights than his own. `escalate` lifts that guard.
//! Together with `update` on one role that he holds, the holder gives himself every right there is.
//!
//! ## Mend
//!
//! Remove `escalate` (and `*` among the verbs). A controller that makes roles needs the rights that it hands out,
//! listed one by one.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: tenant-operator
//! rules:
//!   - apiGroups: [rbac.authorization.k8s.io]
//!     resources: [roles, clusterroles]
//!     verbs:
//!       - create
//!       - escalate # here
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: tenant-operator
//! rules:
//!   - apiGroups: [rbac.authorization.k8s.io]
//!     resources: [roles]
//!     verbs: [get, list, create]
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Role Based Access Control Good Practices, "Escalate verb"
//! - CIS Kubernetes Benchmark 1.12, 5.1.8

use super::prelude::*;
use crate::rbac::{Point, Power, ROLES, no_rule};

pub(super) const CHECK: Check = Check {
    id: "escalate-roles",
    title: "Role may grant more than its holder has",
    message: "`{role}` may give roles rights that its holder lacks (`{verbs}` on `{resources}`)",
    variants: &[(
        "namespace",
        "`{role}` may give roles of its namespace rights that its holder lacks (`{verbs}` on `{resources}`)",
    )],
    remedy: "Remove the verb `escalate` and list the rights that are handed out",
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "cis-1.12/5.1.8",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "pci/2",
        "attack/T1098.006",
        "microsoft-threat-matrix/MS-TA9019",
    ],
    cel: Some(no_rule!(
        "rule.?verbs.orValue([]).exists(verb, verb in ['escalate', '*']) && ",
        "(rule.?apiGroups.orValue([]).exists(group, group in ['rbac.authorization.k8s.io', '*']) ",
        "&& rule.?resources.orValue([]).exists(resource, resource in ['roles']) || object.kind ",
        "== 'ClusterRole' && rule.?apiGroups.orValue([]).exists(group, group in ",
        "['rbac.authorization.k8s.io', '*']) && rule.?resources.orValue([]).exists(resource, ",
        "resource in ['clusterroles']))"
    )),
    examine: Examine::Object(ROLES, examine),
};

pub(super) const POWER: Power = Power {
    verbs: &["escalate"],
    namespaced: &[("rbac.authorization.k8s.io", "roles")],
    cluster: &[("rbac.authorization.k8s.io", "clusterroles")],
    unnamed_only: false,
    point: Point::Verb,
    in_namespace: Severity::High,
    ..Power::BASE
};

fn examine<'a>(role: &'a Object, examination: &mut Examination<'a>) {
    POWER.examine(role, examination);
}
