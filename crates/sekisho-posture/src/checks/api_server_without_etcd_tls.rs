//! The API server speaks to etcd without TLS, or without showing and checking certificates.
//!
//! ## Why
//!
//! Everything that the cluster knows, Secrets included, passes over this connection. In plain text anyone on
//! the path reads and changes it; without a client certificate etcd cannot tell the API server from anyone
//! else; without an authority the API server cannot tell etcd from an impostor.
//!
//! ## Mend
//!
//! Give etcd's addresses with `https://` and set `--etcd-cafile`, `--etcd-certfile` and `--etcd-keyfile`.
//! kubeadm does so by itself for the etcd that it runs.
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
//!         - --etcd-servers=http://10.0.0.5:2379 # here
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
//!         - --etcd-servers=https://10.0.0.5:2379
//!         - --etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt
//! ```
//!
//! ```yaml bad
//! apiVersion: kubeadm.k8s.io/v1beta4
//! kind: ClusterConfiguration
//! etcd:
//!   external:
//!     endpoints:
//!       - http://10.0.0.5:2379 # here
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
//!         - --etcd-servers=https://127.0.0.1:2379
//!         - --etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt
//!         - --etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt
//!         - --etcd-keyfile=/etc/kubernetes/pki/apiserver-etcd-client.key
//! ```
//!
//! ## References
//!
//! - Kubernetes: reference of `kube-apiserver`
//! - Kubernetes: operating etcd clusters, "Securing communication"

use super::prelude::*;
use crate::component::is_loopback;

pub(super) const CHECK: Check = Check {
    id: "api-server-without-etcd-tls",
    title: "API server speaks to etcd without TLS",
    message: "the API server speaks to etcd in plain text: `{setting}`",
    variants: &[(
        "certificates",
        "the API server and etcd cannot be sure of each other, because the API server lacks {flags}",
    )],
    remedy: "Use `https://` and set `--etcd-cafile`, `--etcd-certfile` and `--etcd-keyfile`",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "cis-1.12/1.2.23",
        "cis-1.12/1.2.26",
        "nsa-cisa/etcd-protection",
        "nsa-cisa/tls-encryption",
        "nsa-cisa/control-plane-hardening",
        "nist-800-190/4.3.2",
        "pci/5",
        "attack/T1557",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let servers = settings.items("etcd-servers");
    let mut plain: Vec<_> = servers.iter().filter(|(server, _)| server.starts_with("http://")).collect();
    plain.dedup_by_key(|(_, setting)| &raw const **setting);
    for (server, setting) in &plain {
        let severity = if is_loopback(server) { Severity::Medium } else { Severity::High };
        examination.report(settings.found_at(setting).severity(severity));
    }
    // A store on the same machine behind a socket has no certificates.
    if !plain.is_empty() || servers.iter().any(|(server, _)| server.starts_with("unix:")) {
        return;
    }
    let missing = settings.missing(&["etcd-cafile", "etcd-certfile", "etcd-keyfile"]);
    if !missing.is_empty() {
        let found = settings.found_here().variant("certificates").severity(Severity::Medium);
        examination.report(found.arg("flags", missing));
    }
}
