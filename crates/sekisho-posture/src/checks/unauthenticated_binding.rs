//! A binding gives rights to `system:unauthenticated`, the group of all requests without a valid credential.
//!
//! ## Why
//!
//! Whoever reaches the API server has these rights, from anywhere, without a trace of who it was. A wrong or expired
//! credential counts as none.
//!
//! ## Mend
//!
//! Remove the subject. Before Kubernetes 1.14 `system:discovery` and `system:basic-user` were bound to this group by
//! default; clusters that were upgraded from there still do it, and do not need it.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRoleBinding
//! metadata:
//!   name: system:discovery
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: system:discovery
//! subjects:
//!   - kind: Group
//!     apiGroup: rbac.authorization.k8s.io
//!     name: system:authenticated
//!   - kind: Group
//!     apiGroup: rbac.authorization.k8s.io
//!     name: system:unauthenticated # here
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRoleBinding
//! metadata:
//!   name: system:public-info-viewer
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: system:public-info-viewer
//! subjects:
//!   - kind: Group
//!     apiGroup: rbac.authorization.k8s.io
//!     name: system:authenticated
//!   - kind: Group
//!     apiGroup: rbac.authorization.k8s.io
//!     name: system:unauthenticated
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Role Based Access Control Good Practices, "Hardening"
//! - Kubernetes documentation: Authenticating, "Anonymous requests"

use sekisho_manifest::rbac::Principal;

use super::prelude::*;
use crate::rbac::{BINDINGS, bound, no_binding};

pub(super) const CHECK: Check = Check {
    id: "unauthenticated-binding",
    title: "Binding for unauthenticated users",
    message: "`{binding}` gives the role `{role}` to everyone, without any credential",
    variants: &[],
    remedy: "Remove the subject `system:unauthenticated`",
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2022/K06",
        "owasp-2025/K02",
        "owasp-2025/K09",
        "nsa-cisa/anonymous-access",
        "nist-800-190/4.3.2",
        "pci/1",
        "attack/T1078.001",
        "microsoft-threat-matrix/MS-TA9029",
    ],
    cel: Some(no_binding!(
        "object.?subjects.orValue([]).exists(subject, subject.kind == 'Group' && subject.name == ",
        "'system:unauthenticated') && !(object.roleRef.kind == 'ClusterRole' && ",
        "object.roleRef.name in ['system:public-info-viewer', ",
        "'system:service-account-issuer-discovery'])"
    )),
    examine: Examine::Object(BINDINGS, examine),
};

/// Roles that hold nothing that is not meant for everyone: versions, health, and the keys that verify tokens.
const PUBLIC: &[&str] = &["system:public-info-viewer", "system:service-account-issuer-discovery"];

fn examine<'a>(binding: &'a Object, examination: &mut Examination<'a>) {
    for bound in bound(binding, PUBLIC) {
        if bound.subject.principal == Principal::Group("system:unauthenticated") {
            // What `system:discovery` shows is which APIs there are; what custom resources do is not known.
            let discovery = matches!(bound.role.name, "system:discovery" | "system:basic-user");
            let custom = bound.grants_custom_only(examination.inventory());
            let severity = if discovery || custom { Severity::Medium } else { CHECK.severity };
            let mend =
                Mend::risky("remove the subject `system:unauthenticated`").remove(&bound.subject.place());
            examination.report(bound.found().severity(severity).mend(mend));
        }
    }
}
