//! etcd has no certificate for its clients or its peers.
//!
//! ## Why
//!
//! Without a certificate and its key etcd cannot serve TLS: it serves plain text or does not start. Between
//! members the same holds for the peer certificate. What passes is the whole content of the cluster, Secrets
//! included.
//!
//! ## Mend
//!
//! Set `--cert-file` and `--key-file`, and `--peer-cert-file` and `--peer-key-file`. kubeadm does so by itself.
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
//!         - --peer-cert-file=/etc/kubernetes/pki/etcd/peer.crt
//!         - --peer-key-file=/etc/kubernetes/pki/etcd/peer.key
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
//!         - --cert-file=/etc/kubernetes/pki/etcd/server.crt
//!         - --key-file=/etc/kubernetes/pki/etcd/server.key
//!         - --peer-cert-file=/etc/kubernetes/pki/etcd/peer.crt
//!         - --peer-key-file=/etc/kubernetes/pki/etcd/peer.key
//! ```
//!
//! ## References
//!
//! - etcd: transport security model

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "etcd-without-certificate",
    title: "etcd has no certificate",
    message: "etcd cannot serve TLS, because it lacks {flags}",
    variants: &[],
    remedy: "Set `--cert-file`, `--key-file`, `--peer-cert-file` and `--peer-key-file`",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "cis-1.12/2.1",
        "cis-1.12/2.4",
        "nsa-cisa/etcd-protection",
        "nsa-cisa/tls-encryption",
        "pci/5",
        "attack/T1557",
    ],
    cel: None,
    examine: Examine::Component(&[Component::Etcd], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let mut flags = Vec::new();
    for (urls, automatic, pair) in [
        ("listen-client-urls", "auto-tls", ["cert-file", "key-file"]),
        ("listen-peer-urls", "peer-auto-tls", ["peer-cert-file", "peer-key-file"]),
    ] {
        // Plain text and certificates of its own making have checks of their own.
        let plain = settings.items(urls).iter().any(|(url, _)| url.starts_with("http://"));
        if !plain && settings.boolean(automatic, false) == Some(false) {
            flags.extend(pair);
        }
    }
    let missing = settings.missing(&flags);
    if !missing.is_empty() {
        examination.report(settings.found_here().arg("flags", missing));
    }
}
