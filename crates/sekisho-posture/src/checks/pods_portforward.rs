//! A role lets its holder open connections to any port of any Pod that it reaches, through `pods/portforward`.
//!
//! ## Why
//!
//! The connection comes from the node, not from the network, so that no NetworkPolicy holds it up, and it reaches
//! ports that listen on the Pod's own loopback address only: administration interfaces, debuggers, metrics.
//!
//! ## Mend
//!
//! Remove `pods/portforward`, or bind such a role to persons, in one namespace and for a time.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: support
//! rules:
//!   - apiGroups: [""]
//!     resources: [pods]
//!     verbs: [get, list]
//!   - apiGroups: [""]
//!     resources: [pods/portforward] # here
//!     verbs: [create]
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: support
//! rules:
//!   - apiGroups: [""]
//!     resources: [pods]
//!     verbs: [get, list]
//! ```
//!
//! ## References
//!
//! - Kubernetes API reference: `pods/portforward`

use super::prelude::*;
use crate::rbac::{Point, Power, ROLES, no_rule};

pub(super) const CHECK: Check = Check {
    id: "pods-portforward",
    title: "Role may forward ports of Pods",
    message: "`{role}` may reach every port of every Pod of the cluster (`{verbs}` on `{resources}`)",
    variants: &[(
        "namespace",
        "`{role}` may reach every port of every Pod of its namespace (`{verbs}` on `{resources}`)",
    )],
    remedy: "Remove `pods/portforward`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "owasp-2022/K07",
        "owasp-2025/K05",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "pci/2",
        "pci/16",
        "attack/T1046",
        "microsoft-threat-matrix/MS-TA9034",
    ],
    cel: Some(no_rule!(
        "rule.?verbs.orValue([]).exists(verb, verb in ['create', 'get', '*']) && ",
        "rule.?apiGroups.orValue([]).exists(group, group in ['', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ['pods/portforward', ",
        "'*/portforward']) && rule.?resourceNames.orValue([]).size() == 0"
    )),
    examine: Examine::Object(ROLES, examine),
};

pub(super) const POWER: Power = Power {
    verbs: &["create", "get"],
    namespaced: &[("", "pods/portforward")],
    point: Point::Resource,
    in_namespace: Severity::Low,
    ..Power::BASE
};

fn examine<'a>(role: &'a Object, examination: &mut Examination<'a>) {
    POWER.examine(role, examination);
}
