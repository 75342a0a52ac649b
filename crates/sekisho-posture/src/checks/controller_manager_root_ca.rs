//! Pods are given no authority to check the API server with.
//!
//! ## Why
//!
//! The controller manager puts the certificate of `--root-ca-file` beside every service account token. Without
//! it Pods cannot tell the API server from an impostor, and programs that check nothing hand their token to
//! whoever answers.
//!
//! ## Mend
//!
//! Set `--root-ca-file` to the authority that signed the API server's certificate. kubeadm does so by itself.
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
//!         - --use-service-account-credentials=true
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
//!         - --root-ca-file=/etc/kubernetes/pki/ca.crt
//! ```
//!
//! ## References
//!
//! - Kubernetes: reference of `kube-controller-manager`

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "controller-manager-root-ca",
    title: "Pods cannot check the API server",
    message: "Pods cannot check the certificate of the API server: `{setting}`",
    variants: &[(
        "unset",
        "Pods cannot check the certificate of the API server, because `{flag}` is not set",
    )],
    remedy: "Set `--root-ca-file`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "cis-1.12/1.3.5",
        "nsa-cisa/control-plane-hardening",
        "nsa-cisa/tls-encryption",
        "pci/5",
        "attack/T1557",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ControllerManager], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    if settings.lacks("root-ca-file") {
        examination.report(settings.found("root-ca-file"));
    }
}
