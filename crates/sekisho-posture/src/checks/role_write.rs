//! A role lets its holder create or change roles or their bindings.
//!
//! ## Why
//!
//! The API server allows no one to grant more than he has. Within that bound the holder hands his rights to any other
//! account, which keeps them when he is locked out.
//!
//! ## Mend
//!
//! Leave roles and bindings to the pipeline that applies them, or name the objects in `resourceNames`.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata:
//!   name: tenant-operator
//!   namespace: shop
//! rules:
//!   - apiGroups: [rbac.authorization.k8s.io]
//!     resources: [rolebindings]
//!     verbs:
//!       - list
//!       - create # here
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata:
//!   name: tenant-operator
//!   namespace: shop
//! rules:
//!   - apiGroups: [rbac.authorization.k8s.io]
//!     resources: [roles, rolebindings]
//!     verbs: [get, list, watch]
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Using RBAC Authorization, "Privilege escalation prevention and bootstrapping"

use super::prelude::*;
use crate::rbac::{Point, Power, ROLES, no_rule};

pub(super) const CHECK: Check = Check {
    id: "role-write",
    title: "Role may write roles or bindings",
    message: "`{role}` may hand on the rights of its holder (`{verbs}` on `{resources}`)",
    variants: &[(
        "namespace",
        "`{role}` may hand on the rights of its holder in its namespace (`{verbs}` on `{resources}`)",
    )],
    remedy: "Remove the verbs that write roles and bindings",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "pci/2",
        "attack/T1098.006",
        "microsoft-threat-matrix/MS-TA9019",
    ],
    cel: Some(no_rule!(
        "rule.?verbs.orValue([]).exists(verb, verb in ['create', 'update', 'patch', '*']) && ",
        "(rule.?apiGroups.orValue([]).exists(group, group in ['rbac.authorization.k8s.io', '*']) ",
        "&& rule.?resources.orValue([]).exists(resource, resource in ['roles', 'rolebindings']) ",
        "|| object.kind == 'ClusterRole' && rule.?apiGroups.orValue([]).exists(group, group in ",
        "['rbac.authorization.k8s.io', '*']) && rule.?resources.orValue([]).exists(resource, ",
        "resource in ['clusterroles', 'clusterrolebindings'])) && ",
        "rule.?resourceNames.orValue([]).size() == 0 && !(rule.verbs.exists(verb, verb in ",
        "['bind', 'escalate', '*']) && rule.resources.exists(resource, resource in ['roles', ",
        "'clusterroles']))"
    )),
    examine: Examine::Object(ROLES, examine),
};

pub(super) const POWER: Power = Power {
    verbs: &["create", "update", "patch"],
    namespaced: &[("rbac.authorization.k8s.io", "roles"), ("rbac.authorization.k8s.io", "rolebindings")],
    cluster: &[
        ("rbac.authorization.k8s.io", "clusterroles"),
        ("rbac.authorization.k8s.io", "clusterrolebindings"),
    ],
    point: Point::Verb,
    in_namespace: Severity::Low,
    ..Power::BASE
};

fn examine<'a>(role: &'a Object, examination: &mut Examination<'a>) {
    // With `bind` or `escalate` in the same rule the guard is gone, and that is what is told.
    POWER.examine_unless(role, examination, |rule, holding| {
        [&super::bind_roles::POWER, &super::escalate_roles::POWER]
            .iter()
            .any(|power| !power.named_grants(rule, holding).is_empty())
    });
}
