//! The API server makes a certificate of its own, which no client can check.
//!
//! ## Why
//!
//! Without `--tls-cert-file` and `--tls-private-key-file` the API server signs its certificate itself at its
//! first start. Clients then either fail or stop checking, and whoever sits between them and the API server
//! reads tokens.
//!
//! ## Mend
//!
//! Set both flags to a certificate that the cluster's authority signed. kubeadm does so by itself.
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
//!         - --tls-cert-file=/etc/kubernetes/pki/apiserver.crt
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
//!         - --tls-cert-file=/etc/kubernetes/pki/apiserver.crt
//!         - --tls-private-key-file=/etc/kubernetes/pki/apiserver.key
//! ```
//!
//! ## References
//!
//! - Kubernetes: reference of `kube-apiserver`
//! - Kubernetes: PKI certificates and requirements

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "api-server-serving-certificate",
    title: "API server serves a certificate of its own making",
    message: "the API server serves a certificate of its own making, because it lacks {flags}",
    variants: &[],
    remedy: "Set `--tls-cert-file` and `--tls-private-key-file`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "cis-1.12/1.2.24",
        "nsa-cisa/control-plane-hardening",
        "nsa-cisa/tls-encryption",
        "pci/5",
        "attack/T1557",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    // `--tls-sni-cert-key` names pairs for host names.
    let missing = settings.missing(&["tls-cert-file", "tls-private-key-file"]);
    if !missing.is_empty() && !settings.has("tls-sni-cert-key") {
        examination.report(settings.found_here().arg("flags", missing));
    }
}
