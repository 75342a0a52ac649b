//! A binding gives rights to a service account `default`, which every Pod of a namespace uses that names no other.
//!
//! ## Why
//!
//! Pods that ask for nothing get these rights with the token in their file system, and so does every Pod that is added
//! to the namespace later.
//!
//! ## Mend
//!
//! Make a service account for the workload, bind the role to that, and name it in the Pod's `serviceAccountName`.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: RoleBinding
//! metadata:
//!   name: watcher
//!   namespace: shop
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: view
//! subjects:
//!   - kind: ServiceAccount
//!     name: default # here
//!     namespace: shop
//! ```
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRoleBinding
//! metadata:
//!   name: watcher
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: view
//! subjects:
//!   - kind: User
//!     apiGroup: rbac.authorization.k8s.io
//!     name: system:serviceaccount:shop:default # here
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: RoleBinding
//! metadata:
//!   name: watcher
//!   namespace: shop
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: view
//! subjects:
//!   - kind: ServiceAccount
//!     name: watcher
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
    id: "default-service-account-binding",
    title: "Binding for a default service account",
    message: "`{binding}` gives the role `{role}` to every Pod of the namespace `{namespace}` that names no service account",
    variants: &[],
    remedy: "Bind the role to a service account of the workload's own",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "owasp-2025/K09",
        "cis-1.12/5.1.5",
        "nsa-cisa/rbac-least-privilege",
        "nsa-cisa/service-account-tokens",
        "nist-800-190/4.3.1",
        "pci/2",
        "attack/T1528",
        "microsoft-threat-matrix/MS-TA9016",
    ],
    cel: Some(no_binding!(
        "object.?subjects.orValue([]).exists(subject, subject.kind == 'ServiceAccount' && ",
        "subject.name == 'default' || subject.kind == 'User' && ",
        "subject.name.matches('^system:serviceaccount:[^:]+:default$')) && !(object.roleRef.kind ",
        "== 'ClusterRole' && object.roleRef.name in ['system:basic-user', 'system:discovery', ",
        "'system:public-info-viewer', 'system:service-account-issuer-discovery'])"
    )),
    examine: Examine::Object(BINDINGS, examine),
};

/// What every service account may do anyhow.
const PUBLIC: &[&str] = &[
    "system:basic-user",
    "system:discovery",
    "system:public-info-viewer",
    "system:service-account-issuer-discovery",
];

fn examine<'a>(binding: &'a Object, examination: &mut Examination<'a>) {
    for bound in bound(binding, PUBLIC) {
        if let Principal::ServiceAccount { namespace, name: "default" } = bound.subject.principal {
            let namespace = namespace.unwrap_or_else(|| examination.inventory().namespace_of(binding));
            let found = bound.found().arg("namespace", namespace).identity(namespace);
            examination.report(found);
        }
    }
}
