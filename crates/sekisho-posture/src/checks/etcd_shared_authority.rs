//! etcd trusts the authority that signs the client certificates of the cluster.
//!
//! ## Why
//!
//! etcd lets every client in whose certificate its authority signed, and knows no finer permissions here. Where
//! that is the authority of the API server's clients too, each kubelet, controller and user with a certificate
//! may read and write the whole store, past every role and every admission check.
//!
//! ## Mend
//!
//! Make an authority for etcd alone: name its certificate in etcd's `--trusted-ca-file` and in the API server's
//! `--etcd-cafile`, and sign only etcd's members and the API server's client certificate with it.
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
//!         - --client-ca-file=/etc/kubernetes/pki/ca.crt
//!         - --etcd-cafile=/etc/kubernetes/pki/ca.crt # here
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
//!         - --etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt
//! ```
//!
//! ## References
//!
//! - Kubernetes: PKI certificates and requirements

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "etcd-shared-authority",
    title: "etcd and the cluster share an authority",
    message: "etcd and the clients of the API server share an authority: `{setting}`",
    variants: &[],
    remedy: "Give etcd an authority of its own",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "cis-1.12/2.7",
        "nsa-cisa/etcd-protection",
        "pci/5",
        "attack/T1078",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let (clients, etcd) = (settings.setting("client-ca-file"), settings.setting("etcd-cafile"));
    let Some((clients, etcd)) = clients.zip(etcd) else { return };
    let path = etcd.value.as_deref().unwrap_or_default();
    if !path.is_empty() && clients.value.as_deref() == Some(path) {
        examination.report(settings.found("etcd-cafile"));
    }
}
