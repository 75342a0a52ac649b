//! A role lets its holder make tokens of any service account that it reaches, through `serviceaccounts/token`.
//!
//! ## Why
//!
//! A token is the account: with it the holder does whatever that account may do, from anywhere. In the whole cluster
//! that includes the controllers of `kube-system`, which may do nearly everything.
//!
//! ## Mend
//!
//! Name the accounts in `resourceNames`, in a Role of their namespace. A Pod needs no such right for its own token:
//! a projected volume gives it one.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: login-broker
//! rules:
//!   - apiGroups: [""]
//!     resources: [serviceaccounts/token] # here
//!     verbs: [create]
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata:
//!   name: login-broker
//!   namespace: shop
//! rules:
//!   - apiGroups: [""]
//!     resources: [serviceaccounts/token]
//!     resourceNames: [reporter]
//!     verbs: [create]
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Role Based Access Control Good Practices, "Token request"
//! - CIS Kubernetes Benchmark 1.12, 5.1.13

use super::prelude::*;
use crate::rbac::{Point, Power, ROLES, no_rule};

pub(super) const CHECK: Check = Check {
    id: "token-creation",
    title: "Role may issue tokens of service accounts",
    message: "`{role}` may issue tokens of every service account of the cluster",
    variants: &[("namespace", "`{role}` may issue tokens of every service account of its namespace")],
    remedy: "Name the service accounts in `resourceNames`",
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "owasp-2025/K09",
        "cis-1.12/5.1.13",
        "nsa-cisa/service-account-tokens",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "pci/2",
        "attack/T1528",
        "attack/T1550.001",
        "microsoft-threat-matrix/MS-TA9016",
    ],
    cel: Some(no_rule!(
        "rule.?verbs.orValue([]).exists(verb, verb in ['create', '*']) && ",
        "rule.?apiGroups.orValue([]).exists(group, group in ['', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ['serviceaccounts/token', ",
        "'*/token']) && rule.?resourceNames.orValue([]).size() == 0"
    )),
    examine: Examine::Object(ROLES, examine),
};

pub(super) const POWER: Power = Power {
    verbs: &["create"],
    namespaced: &[("", "serviceaccounts/token")],
    point: Point::Resource,
    in_namespace: Severity::High,
    ..Power::BASE
};

fn examine<'a>(role: &'a Object, examination: &mut Examination<'a>) {
    POWER.examine(role, examination);
}
