//! A role lets its holder `get`, `list` or `watch` Secrets without naming them. `list` and `watch` return the contents, just as `get` does.
//!
//! ## Why
//!
//! A Secret holds what other systems are opened with: database passwords, TLS keys, cloud keys, tokens of service
//! accounts. Whoever reads all of them in the cluster is, a few steps later, whoever owns the cluster; in one
//! namespace it is everything that the namespace's workloads can reach.
//!
//! ## Mend
//!
//! Name the Secrets that are needed in `resourceNames`, in a Role of the namespace where they are, with `get`
//! alone. A workload that only uses Secrets needs no permission on them: the kubelet mounts them into its Pod.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: reporter
//! rules:
//!   - apiGroups: [""]
//!     resources:
//!       - configmaps
//!       - secrets # here
//!     verbs: [get, list]
//! ```
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: reporter
//! rules:
//!   - apiGroups: [""]
//!     resources:
//!       - secrets # here
//!     verbs: [get]
//! ---
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: RoleBinding
//! metadata:
//!   name: reporter
//!   namespace: shop
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: reporter
//! subjects:
//!   - kind: ServiceAccount
//!     name: reporter
//!     namespace: shop
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata:
//!   name: reporter
//!   namespace: shop
//! rules:
//!   - apiGroups: [""]
//!     resources: [secrets]
//!     resourceNames: [reporter-database]
//!     verbs: [get]
//!   - apiGroups: [""]
//!     resources: [configmaps]
//!     verbs: [get, list]
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Role Based Access Control Good Practices, "Listing secrets"
//! - CIS Kubernetes Benchmark 1.12, 5.1.2

use super::prelude::*;
use crate::rbac::{Point, Power, ROLES, no_rule};

pub(super) const CHECK: Check = Check {
    id: "read-secrets",
    title: "Role may read all Secrets",
    message: "`{role}` may read every Secret of the cluster (`{verbs}`)",
    variants: &[("namespace", "`{role}` may read every Secret of its namespace (`{verbs}`)")],
    remedy: "Name the Secrets in `resourceNames` and grant `get` alone",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "owasp-2022/K08",
        "owasp-2025/K03",
        "cis-1.12/5.1.2",
        "nsa-cisa/rbac-least-privilege",
        "nsa-cisa/secrets-protection",
        "nist-800-190/4.3.1",
        "pci/2",
        "pci/6",
        "attack/T1552.007",
        "microsoft-threat-matrix/MS-TA9025",
    ],
    cel: Some(no_rule!(
        "rule.?verbs.orValue([]).exists(verb, verb in ['get', 'list', 'watch', '*']) && ",
        "rule.?apiGroups.orValue([]).exists(group, group in ['', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ['secrets']) && ",
        "rule.?resourceNames.orValue([]).size() == 0"
    )),
    examine: Examine::Object(ROLES, examine),
};

pub(super) const POWER: Power = Power {
    verbs: &["get", "list", "watch"],
    namespaced: &[("", "secrets")],
    point: Point::Resource,
    in_namespace: Severity::Medium,
    ..Power::BASE
};

fn examine<'a>(role: &'a Object, examination: &mut Examination<'a>) {
    POWER.examine(role, examination);
}
