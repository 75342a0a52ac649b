//! etcd asks its clients for no certificate.
//!
//! ## Why
//!
//! Whoever reaches the port reads and writes everything that the cluster knows: all Secrets, all roles, all
//! Pods. TLS alone hides the traffic but tells etcd nothing about who asks.
//!
//! ## Mend
//!
//! Set `--client-cert-auth=true` and name an authority of etcd's own in `--trusted-ca-file`. kubeadm does so by
//! itself.
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
//!         - --client-cert-auth=false # here
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
//!         - --listen-client-urls=https://10.0.0.5:2379
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
//!         - --client-cert-auth=true
//!         - --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt
//! ```
//!
//! ## References
//!
//! - etcd: transport security model

use super::prelude::*;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "etcd-without-client-auth",
    title: "etcd asks clients for no certificate",
    message: "etcd lets in clients without a certificate: `{setting}`",
    variants: &[("unset", "etcd lets in clients without a certificate, because `{flag}` is not set")],
    remedy: "Set `--client-cert-auth=true` and `--trusted-ca-file`",
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "cis-1.12/2.2",
        "nsa-cisa/etcd-protection",
        "nist-800-190/4.3.2",
        "pci/1",
        "attack/T1552.007",
        "owasp-2025/K06",
    ],
    cel: None,
    examine: Examine::Component(&[Component::Etcd], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "client-cert-auth";
    // Over plain text nobody can show a certificate, which is a finding of its own.
    let urls = settings.items("listen-client-urls");
    let plain = !urls.is_empty() && urls.iter().all(|(url, _)| url.starts_with("http://"));
    if settings.boolean(flag, false) == Some(false) && !(settings.lacks(flag) && plain) {
        examination.report(settings.found(flag).mend(settings.mend(Safety::Unsafe, flag, true)));
    }
}
