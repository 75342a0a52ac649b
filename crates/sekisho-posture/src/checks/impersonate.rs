//! A role lets its holder impersonate users, groups or service accounts: send requests that count as theirs.
//!
//! ## Why
//!
//! Whoever may impersonate any user is that user; whoever may impersonate any group is `system:masters`, which no
//! permission check holds back. The audit log records both identities, the policies see the borrowed one.
//!
//! ## Mend
//!
//! Name the users, groups or accounts in `resourceNames`. From Kubernetes 1.35 on, constrained impersonation
//! (`impersonate:user-info` and the like) also limits what may be done in another's name.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: support
//! rules:
//!   - apiGroups: [""]
//!     resources: [users, groups]
//!     verbs:
//!       - impersonate # here
//! ```
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata:
//!   name: runner
//!   namespace: shop
//! rules:
//!   - apiGroups: [""]
//!     resources: [serviceaccounts]
//!     verbs: [get, impersonate] # here
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: support
//! rules:
//!   - apiGroups: [""]
//!     resources: [users]
//!     resourceNames: [reader@example.com]
//!     verbs: [impersonate]
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Role Based Access Control Good Practices, "Impersonate verb"
//! - Kubernetes documentation: User Impersonation
//! - CIS Kubernetes Benchmark 1.12, 5.1.8

use super::prelude::*;
use crate::rbac::{Point, Power, ROLES, no_rule};

pub(super) const CHECK: Check = Check {
    id: "impersonate",
    title: "Role may act as other users",
    message: "`{role}` may act as others (`{verbs}` on `{resources}`)",
    variants: &[(
        "namespace",
        "`{role}` may act as every service account of its namespace (`{verbs}` on `{resources}`)",
    )],
    remedy: "Name whom it may act as in `resourceNames`",
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "owasp-2025/K09",
        "cis-1.12/5.1.8",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "pci/2",
        "attack/T1078",
        "attack/T1098",
    ],
    cel: Some(no_rule!(
        "rule.?verbs.orValue([]).exists(verb, verb in ['impersonate', '*']) && ",
        "(rule.?apiGroups.orValue([]).exists(group, group in ['', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ['serviceaccounts']) || ",
        "object.kind == 'ClusterRole' && rule.?apiGroups.orValue([]).exists(group, group in ['', ",
        "'*']) && rule.?resources.orValue([]).exists(resource, resource in ['users', 'groups'])) ",
        "&& (rule.?resourceNames.orValue([]).size() == 0 || ",
        "rule.?resourceNames.orValue([]).exists(name, name in ['system:masters']))"
    )),
    examine: Examine::Object(ROLES, examine),
};

pub(super) const POWER: Power = Power {
    verbs: &["impersonate"],
    namespaced: &[("", "serviceaccounts")],
    cluster: &[("", "users"), ("", "groups")],
    except_names: &["system:masters"],
    point: Point::Verb,
    in_namespace: Severity::High,
    ..Power::BASE
};

fn examine<'a>(role: &'a Object, examination: &mut Examination<'a>) {
    POWER.examine(role, examination);
}
