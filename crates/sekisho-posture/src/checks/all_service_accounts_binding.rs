//! A binding gives rights to a group of service accounts: `system:serviceaccounts`, which is all of them, or
//! `system:serviceaccounts:NAMESPACE`, which is all of one namespace.
//!
//! ## Why
//!
//! Every Pod that runs now or later has these rights, whatever it was made for. One exposed workload is enough to use
//! them.
//!
//! ## Mend
//!
//! Bind the role to the service accounts that need it, by name.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRoleBinding
//! metadata:
//!   name: pods-view
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: view
//! subjects:
//!   - kind: Group
//!     apiGroup: rbac.authorization.k8s.io
//!     name: system:serviceaccounts # here
//! ```
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: RoleBinding
//! metadata:
//!   name: shop-view
//!   namespace: shop
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: view
//! subjects:
//!   - kind: Group
//!     apiGroup: rbac.authorization.k8s.io
//!     name: system:serviceaccounts:shop # here
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: RoleBinding
//! metadata:
//!   name: shop-view
//!   namespace: shop
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: view
//! subjects:
//!   - kind: ServiceAccount
//!     name: dashboard
//!     namespace: shop
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Using RBAC Authorization, "Service account permissions"
//! - CIS Kubernetes Benchmark 1.12, 5.1.5

use sekisho_manifest::rbac::Principal;

use super::prelude::*;
use crate::rbac::{BINDINGS, bound, no_binding};

pub(super) const CHECK: Check = Check {
    id: "all-service-accounts-binding",
    title: "Binding for all service accounts",
    message: "`{binding}` gives the role `{role}` to every service account of the cluster",
    variants: &[(
        "namespace",
        "`{binding}` gives the role `{role}` to every service account of the namespace `{namespace}`",
    )],
    remedy: "Bind the role to single service accounts",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "cis-1.12/5.1.5",
        "nsa-cisa/rbac-least-privilege",
        "nsa-cisa/service-account-tokens",
        "nist-800-190/4.3.1",
        "pci/2",
        "attack/T1528",
        "microsoft-threat-matrix/MS-TA9016",
    ],
    cel: Some(no_binding!(
        "object.?subjects.orValue([]).exists(subject, subject.kind == 'Group' && (subject.name ",
        "== 'system:serviceaccounts' || subject.name.startsWith('system:serviceaccounts:'))) && ",
        "!(object.roleRef.kind == 'ClusterRole' && object.roleRef.name in ['system:basic-user', ",
        "'system:discovery', 'system:image-puller', 'system:public-info-viewer', ",
        "'system:service-account-issuer-discovery'])"
    )),
    examine: Examine::Object(BINDINGS, examine),
};

/// Roles that are bound to all service accounts by design: keys that verify tokens, pulling images.
const PUBLIC: &[&str] = &[
    "system:basic-user",
    "system:discovery",
    "system:image-puller",
    "system:public-info-viewer",
    "system:service-account-issuer-discovery",
];

fn examine<'a>(binding: &'a Object, examination: &mut Examination<'a>) {
    for bound in bound(binding, PUBLIC) {
        let Principal::Group(group) = bound.subject.principal else { continue };
        let everywhere = binding.kind == "ClusterRoleBinding";
        if group == "system:serviceaccounts" {
            let severity = if everywhere { CHECK.severity } else { Severity::Medium };
            examination.report(bound.found().severity(severity));
        } else if let Some(namespace) = group.strip_prefix("system:serviceaccounts:") {
            let severity = if everywhere { Severity::Medium } else { Severity::Low };
            examination
                .report(bound.found().variant("namespace").arg("namespace", namespace).severity(severity));
        }
    }
}
