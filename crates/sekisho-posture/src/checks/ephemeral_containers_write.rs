//! A role lets its holder put ephemeral containers into running Pods, through `pods/ephemeralcontainers`.
//!
//! ## Why
//!
//! An ephemeral container runs an image of the holder's choice beside the workload: in its network, with its
//! volumes and its service-account token, and, where no Pod Security level forbids it, privileged.
//!
//! ## Mend
//!
//! Remove `pods/ephemeralcontainers`, or bind such a role to persons, in one namespace and for a time.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata:
//!   name: debugger
//!   namespace: shop
//! rules:
//!   - apiGroups: [""]
//!     resources: [pods]
//!     verbs: [get]
//!   - apiGroups: [""]
//!     resources: [pods/ephemeralcontainers] # here
//!     verbs: [patch]
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata:
//!   name: debugger
//!   namespace: shop
//! rules:
//!   - apiGroups: [""]
//!     resources: [pods, pods/ephemeralcontainers]
//!     verbs: [get]
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Ephemeral Containers

use super::prelude::*;
use crate::rbac::{Point, Power, ROLES, no_rule};

pub(super) const CHECK: Check = Check {
    id: "ephemeral-containers-write",
    title: "Role may add containers to running Pods",
    message: "`{role}` may add containers to every running Pod of the cluster (`{verbs}` on `{resources}`)",
    variants: &[(
        "namespace",
        "`{role}` may add containers to every running Pod of its namespace (`{verbs}` on `{resources}`)",
    )],
    remedy: "Remove `update` and `patch` on `pods/ephemeralcontainers`",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "pci/2",
        "attack/T1609",
        "attack/T1610",
        "microsoft-threat-matrix/MS-TA9008",
        "microsoft-threat-matrix/MS-TA9011",
    ],
    cel: Some(no_rule!(
        "rule.?verbs.orValue([]).exists(verb, verb in ['patch', 'update', '*']) && ",
        "rule.?apiGroups.orValue([]).exists(group, group in ['', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ['pods/ephemeralcontainers', ",
        "'*/ephemeralcontainers']) && rule.?resourceNames.orValue([]).size() == 0"
    )),
    examine: Examine::Object(ROLES, examine),
};

pub(super) const POWER: Power = Power {
    verbs: &["patch", "update"],
    namespaced: &[("", "pods/ephemeralcontainers")],
    point: Point::Resource,
    in_namespace: Severity::Medium,
    ..Power::BASE
};

fn examine<'a>(role: &'a Object, examination: &mut Examination<'a>) {
    POWER.examine(role, examination);
}
