//! A role lets its holder write or delete admission webhook configurations.
//!
//! ## Why
//!
//! A webhook sees every object that it asks for, Secrets included, as it is written, and a mutating one changes it.
//! Whoever may write the configuration puts a server of his own in that place. Whoever may delete it takes the
//! cluster's policies away.
//!
//! ## Mend
//!
//! Name the configurations in `resourceNames`. A controller that only keeps its certificate up to date needs `patch`
//! on its own one.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: injector
//! rules:
//!   - apiGroups: [admissionregistration.k8s.io]
//!     resources: [mutatingwebhookconfigurations] # here
//!     verbs: [get, list, watch, update]
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: injector
//! rules:
//!   - apiGroups: [admissionregistration.k8s.io]
//!     resources: [mutatingwebhookconfigurations]
//!     verbs: [get, list, watch]
//!   - apiGroups: [admissionregistration.k8s.io]
//!     resources: [mutatingwebhookconfigurations]
//!     resourceNames: [injector]
//!     verbs: [patch]
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Role Based Access Control Good Practices, "Control admission webhooks"
//! - CIS Kubernetes Benchmark 1.12, 5.1.12

use super::prelude::*;
use crate::rbac::{Point, Power, ROLES, no_rule};

pub(super) const CHECK: Check = Check {
    id: "webhook-configuration-write",
    title: "Role may change admission webhooks",
    message: "`{role}` may change every one of the cluster's `{resources}` (`{verbs}`)",
    variants: &[],
    remedy: "Name the configurations in `resourceNames`",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "owasp-2022/K04",
        "owasp-2025/K04",
        "cis-1.12/5.1.12",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "pci/2",
        "attack/T1685",
        "microsoft-threat-matrix/MS-TA9011",
        "microsoft-threat-matrix/MS-TA9015",
    ],
    cel: Some(no_rule!(
        "rule.?verbs.orValue([]).exists(verb, verb in ['create', 'update', 'patch', 'delete', ",
        "'deletecollection', '*']) && object.kind == 'ClusterRole' && ",
        "rule.?apiGroups.orValue([]).exists(group, group in ['admissionregistration.k8s.io', ",
        "'*']) && rule.?resources.orValue([]).exists(resource, resource in ",
        "['validatingwebhookconfigurations', 'mutatingwebhookconfigurations']) && ",
        "rule.?resourceNames.orValue([]).size() == 0"
    )),
    examine: Examine::Object(ROLES, examine),
};

pub(super) const POWER: Power = Power {
    verbs: &["create", "update", "patch", "delete", "deletecollection"],
    cluster: &[
        ("admissionregistration.k8s.io", "validatingwebhookconfigurations"),
        ("admissionregistration.k8s.io", "mutatingwebhookconfigurations"),
    ],
    point: Point::Resource,
    ..Power::BASE
};

fn examine<'a>(role: &'a Object, examination: &mut Examination<'a>) {
    POWER.examine(role, examination);
}
