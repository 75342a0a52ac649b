//! A role lets its holder change or delete NetworkPolicies.
//!
//! ## Why
//!
//! Network policies keep workloads apart. Whoever writes them opens a way from a Pod that he holds to one that he
//! wants; deleting the default-deny policy of a namespace opens it to all.
//!
//! ## Mend
//!
//! Leave network policies to the pipeline that applies them. An operator that makes policies for its own workloads
//! needs `create` alone, in a Role of their namespace.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata:
//!   name: deployer
//!   namespace: shop
//! rules:
//!   - apiGroups: [networking.k8s.io]
//!     resources: [networkpolicies]
//!     verbs:
//!       - get
//!       - delete # here
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata:
//!   name: deployer
//!   namespace: shop
//! rules:
//!   - apiGroups: [networking.k8s.io]
//!     resources: [networkpolicies]
//!     verbs: [get, list]
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Network Policies

use super::prelude::*;
use crate::rbac::{Point, Power, ROLES, no_rule};

pub(super) const CHECK: Check = Check {
    id: "network-policy-write",
    title: "Role may change network policies",
    message: "`{role}` may open the network of every namespace (`{verbs}` on `{resources}`)",
    variants: &[("namespace", "`{role}` may open the network of its namespace (`{verbs}` on `{resources}`)")],
    remedy: "Remove the verbs that change network policies",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "owasp-2022/K07",
        "owasp-2025/K05",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "pci/2",
        "nsa-cisa/network-policies",
        "pci/4",
        "pci/16",
        "attack/T1685",
    ],
    cel: Some(no_rule!(
        "rule.?verbs.orValue([]).exists(verb, verb in ['create', 'update', 'patch', 'delete', ",
        "'deletecollection', '*']) && ((rule.?apiGroups.orValue([]).exists(group, group in ",
        "['networking.k8s.io', '*']) && rule.?resources.orValue([]).exists(resource, resource in ",
        "['networkpolicies']) || rule.?apiGroups.orValue([]).exists(group, group in ",
        "['cilium.io', '*']) && rule.?resources.orValue([]).exists(resource, resource in ",
        "['ciliumnetworkpolicies']) || rule.?apiGroups.orValue([]).exists(group, group in ",
        "['crd.projectcalico.org', '*']) && rule.?resources.orValue([]).exists(resource, ",
        "resource in ['networkpolicies']) || rule.?apiGroups.orValue([]).exists(group, group in ",
        "['projectcalico.org', '*']) && rule.?resources.orValue([]).exists(resource, resource in ",
        "['networkpolicies'])) || object.kind == 'ClusterRole' && ",
        "(rule.?apiGroups.orValue([]).exists(group, group in ['cilium.io', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ",
        "['ciliumclusterwidenetworkpolicies']) || rule.?apiGroups.orValue([]).exists(group, ",
        "group in ['crd.projectcalico.org', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ['globalnetworkpolicies']) || ",
        "rule.?apiGroups.orValue([]).exists(group, group in ['projectcalico.org', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ['globalnetworkpolicies']) || ",
        "rule.?apiGroups.orValue([]).exists(group, group in ['policy.networking.k8s.io', '*']) ",
        "&& rule.?resources.orValue([]).exists(resource, resource in ['adminnetworkpolicies', ",
        "'baselineadminnetworkpolicies']))) && rule.?resourceNames.orValue([]).size() == 0"
    )),
    examine: Examine::Object(ROLES, examine),
};

pub(super) const POWER: Power = Power {
    verbs: &["create", "update", "patch", "delete", "deletecollection"],
    namespaced: &[
        ("networking.k8s.io", "networkpolicies"),
        ("cilium.io", "ciliumnetworkpolicies"),
        ("crd.projectcalico.org", "networkpolicies"),
        ("projectcalico.org", "networkpolicies"),
    ],
    cluster: &[
        ("cilium.io", "ciliumclusterwidenetworkpolicies"),
        ("crd.projectcalico.org", "globalnetworkpolicies"),
        ("projectcalico.org", "globalnetworkpolicies"),
        ("policy.networking.k8s.io", "adminnetworkpolicies"),
        ("policy.networking.k8s.io", "baselineadminnetworkpolicies"),
    ],
    point: Point::Verb,
    in_namespace: Severity::Low,
    ..Power::BASE
};

fn examine<'a>(role: &'a Object, examination: &mut Examination<'a>) {
    POWER.examine(role, examination);
}
