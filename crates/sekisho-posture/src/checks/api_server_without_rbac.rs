//! The API server decides on requests without role-based access control.
//!
//! ## Why
//!
//! Without `RBAC` among the authorizers, roles and bindings have no effect. What is left, a file of attribute
//! rules or a webhook alone, cannot be reviewed through the API, and the former needs a restart for every
//! change.
//!
//! ## Mend
//!
//! Set `--authorization-mode=Node,RBAC`. Other authorizers may stand beside the two.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-apiserver
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-apiserver
//!       image: registry.k8s.io/kube-apiserver:v1.34.2
//!       command:
//!         - kube-apiserver
//!         - --authorization-mode=Node # here
//! ```
//!
//! ```yaml bad
//! apiVersion: kubeadm.k8s.io/v1beta4
//! kind: ClusterConfiguration
//! apiServer:
//!   extraArgs:
//!     - name: authorization-mode # here
//!       value: Node,Webhook
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-apiserver
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-apiserver
//!       image: registry.k8s.io/kube-apiserver:v1.34.2
//!       command:
//!         - kube-apiserver
//!         - --authorization-mode=Node,RBAC
//! ```
//!
//! ```yaml good
//! apiVersion: kubeadm.k8s.io/v1beta4
//! kind: ClusterConfiguration
//! apiServer:
//!   extraArgs:
//!     - name: audit-log-path
//!       value: /var/log/kubernetes/audit.log
//! ```
//!
//! ## References
//!
//! - Kubernetes: using RBAC authorization
//! - Kubernetes: reference of `kube-apiserver`

use super::prelude::*;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "api-server-without-rbac",
    title: "API server works without RBAC",
    message: "roles and bindings have no effect: `{setting}` lacks `RBAC`",
    variants: &[],
    remedy: "Add `RBAC` to `--authorization-mode`",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2022/K09",
        "owasp-2025/K02",
        "owasp-2025/K07",
        "cis-1.12/1.2.8",
        "nsa-cisa/control-plane-hardening",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "pci/2",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let Some(authorizers) = settings.authorizers() else { return };
    // Whoever allows everything has the finding of `api-server-always-allow`.
    if settings.allows_everything() || authorizers.iter().any(|(mode, _)| *mode == "RBAC") {
        return;
    }
    let modes: Vec<_> = authorizers.iter().map(|(mode, _)| *mode).collect();
    let mend = settings.mend(Safety::Unsafe, "authorization-mode", format!("{},RBAC", modes.join(",")));
    examination.report(settings.found("authorization-mode").mend(mend));
}
