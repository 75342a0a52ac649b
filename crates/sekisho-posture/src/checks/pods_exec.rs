//! A role lets its holder run any command in any container that it reaches, through `pods/exec`.
//!
//! ## Why
//!
//! A command runs with the container's user, its files and its service-account token: the holder can do whatever
//! every one of those workloads can do. Audit logs record that a command was started, not what was typed afterwards.
//! `get` is as good as `create`: before Kubernetes 1.35 a WebSocket request to `pods/exec` was authorized as `get`.
//!
//! ## Mend
//!
//! Remove `pods/exec`. For debugging, bind such a role to a person for the time of an incident, in one namespace.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata:
//!   name: operator
//!   namespace: shop
//! rules:
//!   - apiGroups: [""]
//!     resources:
//!       - pods
//!       - pods/exec # here
//!     verbs: [get, create]
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata:
//!   name: operator
//!   namespace: shop
//! rules:
//!   - apiGroups: [""]
//!     resources: [pods, pods/log]
//!     verbs: [get, list]
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Using RBAC Authorization, "Referring to resources"
//! - Kubernetes API reference: `pods/exec`

use super::prelude::*;
use crate::rbac::{Point, Power, ROLES, no_rule};

pub(super) const CHECK: Check = Check {
    id: "pods-exec",
    title: "Role may run commands in Pods",
    message: "`{role}` may run commands in every Pod of the cluster (`{verbs}` on `{resources}`)",
    variants: &[(
        "namespace",
        "`{role}` may run commands in every Pod of its namespace (`{verbs}` on `{resources}`)",
    )],
    remedy: "Remove `pods/exec`, or bind the role to persons and for a time",
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
        "microsoft-threat-matrix/MS-TA9006",
        "microsoft-threat-matrix/MS-TA9041",
    ],
    cel: Some(no_rule!(
        "rule.?verbs.orValue([]).exists(verb, verb in ['create', 'get', '*']) && ",
        "rule.?apiGroups.orValue([]).exists(group, group in ['', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ['pods/exec', '*/exec']) && ",
        "rule.?resourceNames.orValue([]).size() == 0"
    )),
    examine: Examine::Object(ROLES, examine),
};

pub(super) const POWER: Power = Power {
    verbs: &["create", "get"],
    namespaced: &[("", "pods/exec")],
    point: Point::Resource,
    in_namespace: Severity::Medium,
    ..Power::BASE
};

fn examine<'a>(role: &'a Object, examination: &mut Examination<'a>) {
    POWER.examine(role, examination);
}
