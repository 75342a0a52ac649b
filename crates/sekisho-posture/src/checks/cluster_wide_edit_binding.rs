//! A ClusterRoleBinding gives `admin` or `edit`, which are made for single namespaces, in all of them.
//!
//! ## Why
//!
//! In `kube-system` too, the holder reads Secrets, starts Pods and borrows service accounts. That is `cluster-admin` in
//! two steps.
//!
//! ## Mend
//!
//! Bind the role by a RoleBinding in each namespace that the subject works in.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRoleBinding
//! metadata:
//!   name: developers
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: edit # here
//! subjects:
//!   - kind: Group
//!     apiGroup: rbac.authorization.k8s.io
//!     name: developers
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: RoleBinding
//! metadata:
//!   name: developers
//!   namespace: shop
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: edit
//! subjects:
//!   - kind: Group
//!     apiGroup: rbac.authorization.k8s.io
//!     name: developers
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Using RBAC Authorization, "User-facing roles"
//! - CIS Kubernetes Benchmark 1.12, 5.1.1

use sekisho_manifest::rbac::{GROUP, role_ref, subjects};

use super::prelude::*;
use crate::rbac::{is_bootstrap, names, no_binding};

pub(super) const CHECK: Check = Check {
    id: "cluster-wide-edit-binding",
    title: "Binding gives admin or edit in every namespace",
    message: "`{binding}` gives {subjects} the role `{role}` in every namespace, `kube-system` included",
    variants: &[],
    remedy: "Bind the role in single namespaces by RoleBindings",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "cis-1.12/5.1.1",
        "nsa-cisa/rbac-least-privilege",
        "nsa-cisa/namespace-separation",
        "nist-800-190/4.3.1",
        "pci/2",
        "attack/T1098.006",
    ],
    cel: Some(no_binding!(
        "object.roleRef.name in ['admin', 'edit'] && object.?subjects.orValue([]).size() > 0"
    )),
    examine: Examine::Object(&[(GROUP, "ClusterRoleBinding")], examine),
};

fn examine<'a>(binding: &'a Object, examination: &mut Examination<'a>) {
    let Some(role) = role_ref(binding) else { return };
    if !matches!(role.name, "admin" | "edit") || is_bootstrap(binding) {
        return;
    }
    let subjects: Vec<_> = subjects(binding).into_iter().map(|subject| subject.principal).collect();
    if subjects.is_empty() {
        return;
    }
    examination.report(
        Found::at(role.place())
            .arg("binding", binding.name.clone())
            .arg("role", role.name)
            .arg("subjects", names(&subjects)),
    );
}
