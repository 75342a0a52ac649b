//! The API server knows no authority for client certificates.
//!
//! ## Why
//!
//! Without `--client-ca-file` no client certificate is accepted. Kubelets, controllers and administrators then
//! need tokens, which are bearer credentials: whoever sees one can use it.
//!
//! ## Mend
//!
//! Set `--client-ca-file` to the certificate of the cluster's authority. kubeadm does so by itself.
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
//!         - kube-apiserver # here
//!         - --authorization-mode=Node,RBAC
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
//!         - --client-ca-file=/etc/kubernetes/pki/ca.crt
//! ```
//!
//! ## References
//!
//! - Kubernetes: authenticating, "X509 client certificates"
//! - Kubernetes: reference of `kube-apiserver`

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "api-server-without-client-authority",
    title: "API server accepts no client certificates",
    message: "the API server accepts no client certificates: `{setting}`",
    variants: &[("unset", "the API server accepts no client certificates, because `{flag}` is not set")],
    remedy: "Set `--client-ca-file`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K06",
        "owasp-2025/K09",
        "cis-1.12/1.2.25",
        "nsa-cisa/control-plane-hardening",
        "nsa-cisa/strong-authentication",
        "pci/5",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    if settings.lacks("client-ca-file") {
        examination.report(settings.found("client-ca-file"));
    }
}
