//! A role lets its holder change ConfigMaps of `kube-system` without naming them.
//!
//! ## Why
//!
//! ConfigMaps of `kube-system` configure the cluster: `coredns` decides where every name leads, `kube-proxy` how
//! traffic flows, and on some clouds `aws-auth` who is an administrator.
//!
//! ## Mend
//!
//! Name the ConfigMaps in `resourceNames`, or grant it in the namespace of the workload only. For the election of a
//! leader, Leases (`coordination.k8s.io`) have replaced ConfigMaps.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: configurator
//! rules:
//!   - apiGroups: [""]
//!     resources: [configmaps]
//!     verbs:
//!       - get
//!       - update # here
//! ```
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata:
//!   name: configurator
//!   namespace: kube-system
//! rules:
//!   - apiGroups: [""]
//!     resources: [configmaps]
//!     verbs:
//!       - patch # here
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata:
//!   name: configurator
//!   namespace: shop
//! rules:
//!   - apiGroups: [""]
//!     resources: [configmaps]
//!     verbs: [get, update]
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: configurator
//! rules:
//!   - apiGroups: [""]
//!     resources: [configmaps]
//!     resourceNames: [configurator]
//!     verbs: [get, update]
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Customizing DNS Service

use super::prelude::*;
use crate::rbac::{Point, Power, ROLES, Reach, no_rule};

pub(super) const CHECK: Check = Check {
    id: "system-config-map-write",
    title: "Role may change the cluster's configuration in ConfigMaps",
    message: "`{role}` may change every ConfigMap of `kube-system` (`{verbs}`)",
    variants: &[],
    remedy: "Name the ConfigMaps in `resourceNames`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "owasp-2022/K09",
        "owasp-2025/K07",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "pci/2",
        "nsa-cisa/kube-system-not-used",
        "attack/T1557",
        "microsoft-threat-matrix/MS-TA9035",
    ],
    cel: Some(no_rule!(
        "rule.?verbs.orValue([]).exists(verb, verb in ['update', 'patch', '*']) && ",
        "rule.?apiGroups.orValue([]).exists(group, group in ['', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ['configmaps']) && ",
        "rule.?resourceNames.orValue([]).size() == 0 && (object.kind == 'ClusterRole' || ",
        "object.metadata.?namespace.orValue('') == 'kube-system')"
    )),
    examine: Examine::Object(ROLES, examine),
};

pub(super) const POWER: Power = Power {
    verbs: &["update", "patch"],
    namespaced: &[("", "configmaps")],
    point: Point::Verb,
    ..Power::BASE
};

fn examine<'a>(role: &'a Object, examination: &mut Examination<'a>) {
    POWER.examine_unless(role, examination, |_, holding| holding.reach == Reach::Namespace);
}
