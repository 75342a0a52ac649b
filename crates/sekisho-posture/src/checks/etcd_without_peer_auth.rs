//! etcd asks its peers for no certificate.
//!
//! ## Why
//!
//! Whoever reaches the peer port may speak as a member: read the log, and with it every Secret, or make the
//! members disagree.
//!
//! ## Mend
//!
//! Set `--peer-client-cert-auth=true` and name an authority of etcd's own in `--peer-trusted-ca-file`. kubeadm
//! does so by itself.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: etcd
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: etcd
//!       image: registry.k8s.io/etcd:3.6.5-0
//!       command:
//!         - etcd
//!         - --peer-client-cert-auth=false # here
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: etcd
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: etcd
//!       image: registry.k8s.io/etcd:3.6.5-0
//!       command:
//!         - etcd # here
//!         - --listen-peer-urls=https://10.0.0.5:2380
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: etcd
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: etcd
//!       image: registry.k8s.io/etcd:3.6.5-0
//!       command:
//!         - etcd
//!         - --peer-client-cert-auth=true
//!         - --peer-trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt
//! ```
//!
//! ## References
//!
//! - etcd: transport security model

use super::prelude::*;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "etcd-without-peer-auth",
    title: "etcd asks peers for no certificate",
    message: "etcd lets in peers without a certificate: `{setting}`",
    variants: &[("unset", "etcd lets in peers without a certificate, because `{flag}` is not set")],
    remedy: "Set `--peer-client-cert-auth=true` and `--peer-trusted-ca-file`",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "cis-1.12/2.5",
        "nsa-cisa/etcd-protection",
        "nist-800-190/4.3.2",
        "pci/1",
        "attack/T1552.007",
    ],
    cel: None,
    examine: Examine::Component(&[Component::Etcd], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "peer-client-cert-auth";
    // Over plain text nobody can show a certificate, which is a finding of its own.
    let urls = settings.items("listen-peer-urls");
    let plain = !urls.is_empty() && urls.iter().all(|(url, _)| url.starts_with("http://"));
    if settings.boolean(flag, false) == Some(false) && !(settings.lacks(flag) && plain) {
        examination.report(settings.found(flag).mend(settings.mend(Safety::Unsafe, flag, true)));
    }
}
