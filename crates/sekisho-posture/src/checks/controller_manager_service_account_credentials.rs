//! All controllers act under the one identity of the controller manager.
//!
//! ## Why
//!
//! Each controller then holds the rights of all of them together, and the audit log cannot tell which of them
//! did what. With credentials of their own they are bound by the roles `system:controller:…`.
//!
//! ## Mend
//!
//! Set `--use-service-account-credentials=true`. kubeadm does so by itself. The cluster needs RBAC.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-controller-manager
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-controller-manager
//!       image: registry.k8s.io/kube-controller-manager:v1.34.2
//!       command:
//!         - kube-controller-manager # here
//!         - --bind-address=127.0.0.1
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-controller-manager
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-controller-manager
//!       image: registry.k8s.io/kube-controller-manager:v1.34.2
//!       command:
//!         - kube-controller-manager
//!         - --use-service-account-credentials=false # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-controller-manager
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-controller-manager
//!       image: registry.k8s.io/kube-controller-manager:v1.34.2
//!       command:
//!         - kube-controller-manager
//!         - --use-service-account-credentials=true
//! ```
//!
//! ## References
//!
//! - Kubernetes: reference of `kube-controller-manager`
//! - Kubernetes: using RBAC authorization, "Controller roles"

use super::prelude::*;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "controller-manager-service-account-credentials",
    title: "Controllers share one identity",
    message: "all controllers share one identity: `{setting}`",
    variants: &[("unset", "all controllers share one identity, because `{flag}` is not set")],
    remedy: "Set `--use-service-account-credentials=true`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "cis-1.12/1.3.3",
        "nsa-cisa/control-plane-hardening",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "pci/2",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ControllerManager], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "use-service-account-credentials";
    if settings.boolean(flag, false) == Some(false) {
        examination.report(settings.found(flag).mend(settings.mend(Safety::Unsafe, flag, true)));
    }
}
