//! A binding names the group `system:masters`, whose members pass every permission check without one.
//!
//! ## Why
//!
//! The binding has no effect, but it shows that the group is in use. Its members are made by certificates that cannot
//! be revoked, and no role, no binding and no authorization webhook can hold them back.
//!
//! ## Mend
//!
//! Give administrators a group of the identity provider that is bound to `cluster-admin`, and keep a `system:masters`
//! certificate locked away for emergencies.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRoleBinding
//! metadata:
//!   name: administrators
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: cluster-admin
//! subjects:
//!   - kind: Group
//!     apiGroup: rbac.authorization.k8s.io
//!     name: system:masters # here
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: RoleBinding
//! metadata:
//!   name: administrators
//!   namespace: shop
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: admin
//! subjects:
//!   - kind: Group
//!     apiGroup: rbac.authorization.k8s.io
//!     name: platform-administrators
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Role Based Access Control Good Practices, "Least privilege"
//! - CIS Kubernetes Benchmark 1.12, 5.1.7

use sekisho_manifest::rbac::Principal;

use super::prelude::*;
use crate::rbac::{BINDINGS, bound, no_binding};

pub(super) const CHECK: Check = Check {
    id: "masters-binding",
    title: "Binding for system:masters",
    message: "`{binding}` relies on the group `system:masters`, which cannot be held back or revoked",
    variants: &[],
    remedy: "Bind the role to a group of the identity provider",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2022/K06",
        "owasp-2025/K02",
        "owasp-2025/K09",
        "cis-1.12/5.1.7",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "pci/2",
        "attack/T1078",
        "microsoft-threat-matrix/MS-TA9019",
    ],
    cel: Some(no_binding!(
        "object.?subjects.orValue([]).exists(subject, subject.kind == 'Group' && subject.name == ",
        "'system:masters')"
    )),
    examine: Examine::Object(BINDINGS, examine),
};

fn examine<'a>(binding: &'a Object, examination: &mut Examination<'a>) {
    for bound in bound(binding, &[]) {
        if bound.subject.principal == Principal::Group("system:masters") {
            // Members of the group are never asked for permission, so the binding gives them nothing.
            let mend = Mend::safe("remove the subject `system:masters`").remove(&bound.subject.place());
            examination.report(bound.found().mend(mend));
        }
    }
}
