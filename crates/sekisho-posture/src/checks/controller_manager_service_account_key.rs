//! The controller manager has no key to sign service account tokens with.
//!
//! ## Why
//!
//! Tokens of service accounts that the API server is to accept need one key pair kept for this use. Without
//! `--service-account-private-key-file` the controller manager signs none, and clusters tend to fall back on
//! tokens and keys made by hand.
//!
//! ## Mend
//!
//! Set `--service-account-private-key-file` to the key whose public part the API server knows. kubeadm does so
//! by itself.
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
//!         - --root-ca-file=/etc/kubernetes/pki/ca.crt
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
//!         - --service-account-private-key-file=/etc/kubernetes/pki/sa.key
//! ```
//!
//! ## References
//!
//! - Kubernetes: reference of `kube-controller-manager`

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "controller-manager-service-account-key",
    title: "Controller manager has no key for service accounts",
    message: "the controller manager has no key for service account tokens: `{setting}`",
    variants: &[(
        "unset",
        "the controller manager has no key for service account tokens, because `{flag}` is not set",
    )],
    remedy: "Set `--service-account-private-key-file`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K06",
        "owasp-2025/K09",
        "cis-1.12/1.3.4",
        "nsa-cisa/control-plane-hardening",
        "pci/5",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ControllerManager], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    if settings.lacks("service-account-private-key-file") {
        examination.report(settings.found("service-account-private-key-file"));
    }
}
