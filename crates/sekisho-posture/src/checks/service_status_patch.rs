//! A role lets its holder write the status of Services.
//!
//! ## Why
//!
//! Nodes send traffic for the addresses in `status.loadBalancer.ingress` to the Service. Whoever writes them draws
//! traffic of the cluster to an outside address, a bank's or a registry's, into Pods of his own (CVE-2020-8554).
//!
//! ## Mend
//!
//! Leave `services/status` to the controller of the load balancer.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: exposer
//! rules:
//!   - apiGroups: [""]
//!     resources:
//!       - services
//!       - services/status # here
//!     verbs: [get, patch]
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: exposer
//! rules:
//!   - apiGroups: [""]
//!     resources: [services]
//!     verbs: [get, patch]
//! ```
//!
//! ## References
//!
//! - CVE-2020-8554

use super::prelude::*;
use crate::rbac::{Point, Power, ROLES, no_rule};

pub(super) const CHECK: Check = Check {
    id: "service-status-patch",
    title: "Role may set the addresses of load balancers",
    message: "`{role}` may draw traffic to any address into its Pods by the status of Services (`{verbs}`)",
    variants: &[(
        "namespace",
        "`{role}` may draw traffic to any address into its Pods by the status of Services of its namespace (`{verbs}`)",
    )],
    remedy: "Remove `services/status`",
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
        "attack/T1557",
    ],
    cel: Some(no_rule!(
        "rule.?verbs.orValue([]).exists(verb, verb in ['patch', 'update', '*']) && ",
        "rule.?apiGroups.orValue([]).exists(group, group in ['', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ['services/status', ",
        "'*/status']) && rule.?resourceNames.orValue([]).size() == 0"
    )),
    examine: Examine::Object(ROLES, examine),
};

pub(super) const POWER: Power = Power {
    verbs: &["patch", "update"],
    namespaced: &[("", "services/status")],
    point: Point::Resource,
    in_namespace: Severity::Medium,
    ..Power::BASE
};

fn examine<'a>(role: &'a Object, examination: &mut Examination<'a>) {
    POWER.examine(role, examination);
}
