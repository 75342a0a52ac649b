//! A binding gives rights to `system:authenticated`, the group of everyone who holds any credential.
//!
//! ## Why
//!
//! Every user and every service account of every Pod has these rights, and on some managed clusters everyone who has
//! an account with the provider.
//!
//! ## Mend
//!
//! Bind the role to the group that is meant.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRoleBinding
//! metadata:
//!   name: everyone-views
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: view
//! subjects:
//!   - kind: Group
//!     apiGroup: rbac.authorization.k8s.io
//!     name: system:authenticated # here
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRoleBinding
//! metadata:
//!   name: system:basic-user
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: system:basic-user
//! subjects:
//!   - kind: Group
//!     apiGroup: rbac.authorization.k8s.io
//!     name: system:authenticated
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRoleBinding
//! metadata:
//!   name: developers-view
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: view
//! subjects:
//!   - kind: Group
//!     apiGroup: rbac.authorization.k8s.io
//!     name: developers
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Using RBAC Authorization, "Default roles and role bindings"

use sekisho_manifest::rbac::Principal;

use super::prelude::*;
use crate::rbac::{BINDINGS, bound, no_binding};

pub(super) const CHECK: Check = Check {
    id: "authenticated-binding",
    title: "Binding for all authenticated users",
    message: "`{binding}` gives the role `{role}` to everyone who has any credential",
    variants: &[],
    remedy: "Bind the role to the group that is meant",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "nist-800-190/4.3.2",
        "pci/2",
        "attack/T1078",
    ],
    cel: Some(no_binding!(
        "object.?subjects.orValue([]).exists(subject, subject.kind == 'Group' && subject.name == ",
        "'system:authenticated') && !(object.roleRef.kind == 'ClusterRole' && ",
        "object.roleRef.name in ['system:basic-user', 'system:discovery', ",
        "'system:public-info-viewer', 'system:service-account-issuer-discovery'])"
    )),
    examine: Examine::Object(BINDINGS, examine),
};

/// The roles that Kubernetes itself binds to this group.
const PUBLIC: &[&str] = &[
    "system:basic-user",
    "system:discovery",
    "system:public-info-viewer",
    "system:service-account-issuer-discovery",
];

fn examine<'a>(binding: &'a Object, examination: &mut Examination<'a>) {
    for bound in bound(binding, PUBLIC) {
        if bound.subject.principal == Principal::Group("system:authenticated") {
            let narrow = binding.kind == "RoleBinding" || bound.grants_custom_only(examination.inventory());
            let severity = if narrow { Severity::Medium } else { CHECK.severity };
            examination.report(bound.found().severity(severity));
        }
    }
}
