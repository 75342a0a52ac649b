//! A binding gives rights to `system:anonymous`, the user as whom requests without any credential count.
//!
//! ## Why
//!
//! Whoever reaches the API server has these rights, from anywhere, without a trace of who it was.
//!
//! ## Mend
//!
//! Remove the subject. Monitoring that asks for `/healthz`, `/livez` or `/readyz` needs no binding: `system:public-info-viewer`
//! gives those.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRoleBinding
//! metadata:
//!   name: status-page
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: view
//! subjects:
//!   - kind: User
//!     apiGroup: rbac.authorization.k8s.io
//!     name: system:anonymous # here
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRoleBinding
//! metadata:
//!   name: status-page
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: view
//! subjects:
//!   - kind: ServiceAccount
//!     name: status-page
//!     namespace: status
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Authenticating, "Anonymous requests"

use sekisho_manifest::rbac::Principal;

use super::prelude::*;
use crate::rbac::{BINDINGS, bound, no_binding};

pub(super) const CHECK: Check = Check {
    id: "anonymous-binding",
    title: "Binding for anonymous users",
    message: "`{binding}` gives the role `{role}` to everyone, without any credential",
    variants: &[],
    remedy: "Remove the subject `system:anonymous`",
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
        "object.?subjects.orValue([]).exists(subject, subject.kind == 'User' && subject.name == ",
        "'system:anonymous' && !(object.metadata.?namespace.orValue('') == 'kube-public' && ",
        "object.metadata.name == 'kubeadm:bootstrap-signer-clusterinfo')) && ",
        "!(object.roleRef.kind == 'ClusterRole' && object.roleRef.name in ",
        "['system:public-info-viewer', 'system:service-account-issuer-discovery'])"
    )),
    examine: Examine::Object(BINDINGS, examine),
};

/// Roles that hold nothing that is not meant for everyone: versions, health, and the keys that verify tokens.
const PUBLIC: &[&str] = &["system:public-info-viewer", "system:service-account-issuer-discovery"];

fn examine<'a>(binding: &'a Object, examination: &mut Examination<'a>) {
    // kubeadm publishes the cluster's certificate authority for nodes that are about to join.
    let joins = binding.namespace.as_deref() == Some("kube-public")
        && binding.name == "kubeadm:bootstrap-signer-clusterinfo";
    for bound in bound(binding, PUBLIC) {
        if bound.subject.principal == Principal::User("system:anonymous") && !joins {
            let custom = bound.grants_custom_only(examination.inventory());
            let severity = if custom { Severity::Medium } else { CHECK.severity };
            let mend = Mend::risky("remove the subject `system:anonymous`").remove(&bound.subject.place());
            examination.report(bound.found().severity(severity).mend(mend));
        }
    }
}
