//! A binding gives `cluster-admin`, the role that may do everything.
//!
//! ## Why
//!
//! Bound by a ClusterRoleBinding, a stolen token of the subject is the cluster. A workload with this role turns each of
//! its own flaws into a flaw of the cluster. Bound by a RoleBinding, it is everything in that namespace, its roles and
//! its quotas included.
//!
//! ## Mend
//!
//! Bind a role that lists what the subject does. Keep `cluster-admin` for a break-glass account, or let administrators
//! impersonate it when they need it.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRoleBinding
//! metadata:
//!   name: deployer
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: cluster-admin # here
//! subjects:
//!   - kind: ServiceAccount
//!     name: deployer
//!     namespace: ci
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRoleBinding
//! metadata:
//!   name: deployer
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: deployer
//! subjects:
//!   - kind: ServiceAccount
//!     name: deployer
//!     namespace: ci
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Using RBAC Authorization, "User-facing roles"
//! - CIS Kubernetes Benchmark 1.12, 5.1.1

use sekisho_manifest::rbac::{Principal, RoleKind, role_ref, subjects};

use super::prelude::*;
use crate::rbac::{BINDINGS, is_bootstrap, names, no_binding};

pub(super) const CHECK: Check = Check {
    id: "cluster-admin-binding",
    title: "Binding gives cluster-admin",
    message: "`{binding}` makes {subjects} administrator of the cluster",
    variants: &[("namespace", "`{binding}` gives {subjects} every right in its namespace")],
    remedy: "Bind a role that lists what the subject does",
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "cis-1.12/5.1.1",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "pci/2",
        "attack/T1078",
        "attack/T1098.006",
        "microsoft-threat-matrix/MS-TA9019",
    ],
    cel: Some(no_binding!(
        "object.roleRef.kind == 'ClusterRole' && object.roleRef.name == 'cluster-admin' && ",
        "object.?subjects.orValue([]).exists(subject, !(subject.kind == 'Group' && subject.name ",
        "in ['system:masters', 'kubeadm:cluster-admins']))"
    )),
    examine: Examine::Object(BINDINGS, examine),
};

/// Groups that are administrators by other means already: a binding for them adds nothing.
const ADMINISTRATORS: &[&str] = &["system:masters", "kubeadm:cluster-admins"];

fn examine<'a>(binding: &'a Object, examination: &mut Examination<'a>) {
    let Some(role) = role_ref(binding) else { return };
    if role.kind != RoleKind::ClusterRole || role.name != "cluster-admin" || is_bootstrap(binding) {
        return;
    }
    let known = |principal: &Principal<'_>| matches!(principal, Principal::Group(name) if ADMINISTRATORS.contains(name));
    let subjects: Vec<_> = subjects(binding)
        .into_iter()
        .map(|subject| subject.principal)
        .filter(|principal| !known(principal))
        .collect();
    if subjects.is_empty() {
        return;
    }
    let found =
        Found::at(role.place()).arg("binding", binding.name.clone()).arg("subjects", names(&subjects));
    examination.report(if binding.kind == "RoleBinding" {
        found.variant("namespace").severity(Severity::Medium)
    } else {
        found
    });
}
