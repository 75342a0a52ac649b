//! The API server checks service account tokens with the key of its own serving certificate.
//!
//! ## Why
//!
//! Without `--service-account-key-file` the private key of the TLS certificate does both. It can then not be
//! exchanged alone: a new certificate makes every token invalid, and an old key that leaked keeps signing
//! tokens until all of it is replaced.
//!
//! ## Mend
//!
//! Make a key pair for tokens alone; set `--service-account-key-file` to its public part and
//! `--service-account-signing-key-file` to its private one. kubeadm does so by itself.
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
//!         - --tls-private-key-file=/etc/kubernetes/pki/apiserver.key
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
//!         - --service-account-key-file=/etc/kubernetes/pki/sa.pub
//!         - --service-account-signing-key-file=/etc/kubernetes/pki/sa.key
//! ```
//!
//! ## References
//!
//! - Kubernetes: managing service accounts
//! - Kubernetes: reference of `kube-apiserver`

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "api-server-service-account-key",
    title: "Service account tokens have no key of their own",
    message: "service account tokens have no key of their own: `{setting}`",
    variants: &[("unset", "service account tokens have no key of their own, because `{flag}` is not set")],
    remedy: "Set `--service-account-key-file` to a key for tokens alone",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K06",
        "owasp-2025/K09",
        "cis-1.12/1.2.22",
        "nsa-cisa/control-plane-hardening",
        "pci/5",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "service-account-key-file";
    let (key, serving) = (settings.setting(flag), settings.setting("tls-private-key-file"));
    let shared =
        key.zip(serving).is_some_and(|(key, serving)| key.value.is_some() && key.value == serving.value);
    // Keys that an external signer holds need no file.
    if shared || settings.lacks(flag) && !settings.has("service-account-signing-endpoint") {
        examination.report(settings.found(flag));
    }
}
