//! A role lets its holder create PersistentVolumes.
//!
//! ## Why
//!
//! A PersistentVolume may stand for a directory of a node (`hostPath`, `local`), and Pod Security levels look at the
//! claim only. So a holder who may also create Pods mounts any directory of any node and takes the node over.
//!
//! ## Mend
//!
//! Leave PersistentVolumes to the storage driver's provisioner and give others claims (`persistentvolumeclaims`).
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: storage-helper
//! rules:
//!   - apiGroups: [""]
//!     resources: [persistentvolumes]
//!     verbs:
//!       - list
//!       - create # here
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: storage-helper
//! rules:
//!   - apiGroups: [""]
//!     resources: [persistentvolumes]
//!     verbs: [get, list]
//!   - apiGroups: [""]
//!     resources: [persistentvolumeclaims]
//!     verbs: [create]
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Role Based Access Control Good Practices, "Persistent volume creation"
//! - CIS Kubernetes Benchmark 1.12, 5.1.9

use super::prelude::*;
use crate::rbac::{Point, Power, ROLES, no_rule};

pub(super) const CHECK: Check = Check {
    id: "persistent-volume-write",
    title: "Role may make PersistentVolumes",
    message: "`{role}` may make PersistentVolumes, and through them mount any directory of a node",
    variants: &[],
    remedy: "Remove `create` on `persistentvolumes` and grant claims instead",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "cis-1.12/5.1.9",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "pci/2",
        "attack/T1611",
        "microsoft-threat-matrix/MS-TA9013",
    ],
    cel: Some(no_rule!(
        "rule.?verbs.orValue([]).exists(verb, verb in ['create', '*']) && object.kind == ",
        "'ClusterRole' && rule.?apiGroups.orValue([]).exists(group, group in ['', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ['persistentvolumes']) && ",
        "rule.?resourceNames.orValue([]).size() == 0"
    )),
    examine: Examine::Object(ROLES, examine),
};

pub(super) const POWER: Power =
    Power { verbs: &["create"], cluster: &[("", "persistentvolumes")], point: Point::Verb, ..Power::BASE };

fn examine<'a>(role: &'a Object, examination: &mut Examination<'a>) {
    POWER.examine(role, examination);
}
