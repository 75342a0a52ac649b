//! A role lets its holder delete Events.
//!
//! ## Why
//!
//! Events tell what happened to Pods: images pulled, containers started and killed, probes failed. Whoever deletes
//! them covers his tracks.
//!
//! ## Mend
//!
//! Remove the verb. Events vanish by themselves after an hour. Ship them, and the audit log, to a place that the
//! cluster's users cannot write to.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: cleaner
//! rules:
//!   - apiGroups: ["", events.k8s.io]
//!     resources: [events]
//!     verbs:
//!       - list
//!       - delete # here
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: cleaner
//! rules:
//!   - apiGroups: ["", events.k8s.io]
//!     resources: [events]
//!     verbs: [list, create, patch]
//! ```
//!
//! ## References
//!
//! - MITRE ATT&CK, T1070: Indicator Removal

use super::prelude::*;
use crate::rbac::{Point, Power, ROLES, no_rule};

pub(super) const CHECK: Check = Check {
    id: "delete-events",
    title: "Role may delete events",
    message: "`{role}` may delete events and cover tracks (`{verbs}`)",
    variants: &[("namespace", "`{role}` may delete events of its namespace and cover tracks (`{verbs}`)")],
    remedy: "Remove `delete` and `deletecollection` on `events`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "owasp-2022/K05",
        "owasp-2025/K10",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "pci/2",
        "nsa-cisa/log-monitoring",
        "attack/T1070",
        "microsoft-threat-matrix/MS-TA9022",
    ],
    cel: Some(no_rule!(
        "rule.?verbs.orValue([]).exists(verb, verb in ['delete', 'deletecollection', '*']) && ",
        "(rule.?apiGroups.orValue([]).exists(group, group in ['', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ['events']) || ",
        "rule.?apiGroups.orValue([]).exists(group, group in ['events.k8s.io', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ['events'])) && ",
        "rule.?resourceNames.orValue([]).size() == 0"
    )),
    examine: Examine::Object(ROLES, examine),
};

pub(super) const POWER: Power = Power {
    verbs: &["delete", "deletecollection"],
    namespaced: &[("", "events"), ("events.k8s.io", "events")],
    point: Point::Verb,
    in_namespace: Severity::Low,
    ..Power::BASE
};

fn examine<'a>(role: &'a Object, examination: &mut Examination<'a>) {
    POWER.examine(role, examination);
}
