//! A role lets its holder use the verb `bind` on roles without naming them: hand out roles whose rights he does not have.
//!
//! ## Why
//!
//! The API server refuses to let anyone bind a role with more rights than his own. `bind` lifts that guard. Together
//! with `create` on bindings, the holder binds `cluster-admin` to himself.
//!
//! ## Mend
//!
//! Name in `resourceNames` the roles that may be handed out.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: tenant-operator
//! rules:
//!   - apiGroups: [rbac.authorization.k8s.io]
//!     resources: [clusterroles]
//!     verbs:
//!       - get
//!       - bind # here
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: tenant-operator
//! rules:
//!   - apiGroups: [rbac.authorization.k8s.io]
//!     resources: [clusterroles]
//!     resourceNames: [tenant-reader]
//!     verbs: [bind]
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Role Based Access Control Good Practices, "Bind verb"
//! - CIS Kubernetes Benchmark 1.12, 5.1.8

use sekisho_manifest::rbac::ALL;

use super::prelude::*;
use crate::rbac::{Point, Power, ROLES, no_rule};

pub(super) const CHECK: Check = Check {
    id: "bind-roles",
    title: "Role may bind roles that its holder lacks",
    message: "`{role}` may bind roles whose rights its holder lacks (`{verbs}` on `{resources}`)",
    variants: &[(
        "namespace",
        "`{role}` may bind, in its namespace, roles whose rights its holder lacks (`{verbs}` on `{resources}`)",
    )],
    remedy: "Name the roles that may be bound in `resourceNames`",
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "cis-1.12/5.1.8",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "pci/2",
        "attack/T1098.006",
        "microsoft-threat-matrix/MS-TA9019",
    ],
    cel: Some(no_rule!(
        "rule.?verbs.orValue([]).exists(verb, verb in ['bind', '*']) && ",
        "rule.?apiGroups.orValue([]).exists(group, group in ['rbac.authorization.k8s.io', '*']) ",
        "&& rule.?resources.orValue([]).exists(resource, resource in ['roles', 'clusterroles']) ",
        "&& (rule.?resourceNames.orValue([]).size() == 0 || ",
        "rule.?resourceNames.orValue([]).exists(name, name in ['cluster-admin'])) && !('*' in ",
        "rule.verbs && rule.resources.exists(resource, resource == 'roles' || resource == ",
        "'clusterroles' && object.kind == 'ClusterRole'))"
    )),
    examine: Examine::Object(ROLES, examine),
};

pub(super) const POWER: Power = Power {
    verbs: &["bind"],
    namespaced: &[("rbac.authorization.k8s.io", "roles"), ("rbac.authorization.k8s.io", "clusterroles")],
    except_names: &["cluster-admin"],
    point: Point::Verb,
    in_namespace: Severity::High,
    ..Power::BASE
};

fn examine<'a>(role: &'a Object, examination: &mut Examination<'a>) {
    // A `*` that grants `bind` grants `escalate` too, which is the greater of the two.
    POWER.examine_unless(role, examination, |rule, holding| {
        let escalates = super::escalate_roles::POWER.named_grants(rule, holding);
        escalates.iter().any(|grant| grant.verb.text == ALL)
    });
}
