//! A role lets its holder attach to running containers through `pods/attach`: read their output and write to their input.
//!
//! ## Why
//!
//! Attached to a shell or an interpreter, the holder runs commands with the workload's identity. Attached to
//! anything else, he reads what it prints, and what it prints may be confidential.
//!
//! ## Mend
//!
//! Remove `pods/attach`. `pods/log` is enough to read output.
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
//!       - pods/log
//!       - pods/attach # here
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
//!     resources: [pods/log]
//!     verbs: [get]
//! ```
//!
//! ## References
//!
//! - Kubernetes API reference: `pods/attach`

use super::prelude::*;
use crate::rbac::{Point, Power, ROLES, no_rule};

pub(super) const CHECK: Check = Check {
    id: "pods-attach",
    title: "Role may attach to containers",
    message: "`{role}` may attach to every container of the cluster (`{verbs}` on `{resources}`)",
    variants: &[(
        "namespace",
        "`{role}` may attach to every container of its namespace (`{verbs}` on `{resources}`)",
    )],
    remedy: "Remove `pods/attach`; `pods/log` is enough to read output",
    severity: Severity::Medium,
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
    ],
    cel: Some(no_rule!(
        "rule.?verbs.orValue([]).exists(verb, verb in ['create', 'get', '*']) && ",
        "rule.?apiGroups.orValue([]).exists(group, group in ['', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ['pods/attach', '*/attach']) ",
        "&& rule.?resourceNames.orValue([]).size() == 0"
    )),
    examine: Examine::Object(ROLES, examine),
};

pub(super) const POWER: Power = Power {
    verbs: &["create", "get"],
    namespaced: &[("", "pods/attach")],
    point: Point::Resource,
    in_namespace: Severity::Medium,
    ..Power::BASE
};

fn examine<'a>(role: &'a Object, examination: &mut Examination<'a>) {
    POWER.examine(role, examination);
}
