//! etcd serves clients or peers in plain text.
//!
//! ## Why
//!
//! etcd holds everything that the cluster knows, Secrets included, and asks for no password by default. Over
//! plain text there can be no client certificate either: whoever reaches the address reads and writes the whole
//! store. An address on the loopback interface is open to each process and each Pod on the node's network.
//!
//! ## Mend
//!
//! Give the addresses with `https://` and set certificates, key and authority. kubeadm does so by itself. Serve
//! metrics and health on `--listen-metrics-urls`, where plain text does no harm.
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
//!         - --listen-client-urls=https://127.0.0.1:2379,http://10.0.0.5:2379 # here
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
//!         - etcd
//!         - --listen-client-urls=https://10.0.0.5:2379
//!         - --listen-peer-urls=http://10.0.0.5:2380 # here
//! ```
//!
//! ```yaml bad
//! apiVersion: apps/v1
//! kind: StatefulSet
//! metadata:
//!   name: shop-etcd
//! spec:
//!   template:
//!     spec:
//!       containers:
//!         - name: etcd
//!           image: quay.io/coreos/etcd:v3.6.5
//!           env:
//!             - name: ETCD_LISTEN_CLIENT_URLS
//!               value: http://0.0.0.0:2379 # here
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
//!         - --listen-client-urls=https://127.0.0.1:2379,https://10.0.0.5:2379
//!         - --listen-peer-urls=https://10.0.0.5:2380
//!         - --listen-metrics-urls=http://127.0.0.1:2381
//! ```
//!
//! ## References
//!
//! - etcd: transport security model
//! - Kubernetes: operating etcd clusters

use super::prelude::*;
use crate::component::is_loopback;

pub(super) const CHECK: Check = Check {
    id: "etcd-plain-http-listen",
    title: "etcd serves plain text",
    message: "etcd serves {whom} in plain text on `{address}`",
    variants: &[],
    remedy: "Use `https://` in the addresses that etcd listens on, and set certificates",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "owasp-2025/K06",
        "cis-1.12/2.1",
        "cis-1.12/2.2",
        "cis-1.12/2.4",
        "cis-1.12/2.5",
        "nsa-cisa/etcd-protection",
        "nsa-cisa/tls-encryption",
        "nist-800-190/4.3.2",
        "pci/5",
        "attack/T1557",
        "attack/T1552.007",
    ],
    cel: None,
    examine: Examine::Component(&[Component::Etcd], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    for (flag, whom) in [("listen-client-urls", "clients"), ("listen-peer-urls", "peers")] {
        for setting in settings.all(flag) {
            let addresses = setting.value.as_deref().unwrap_or_default().split(',').map(str::trim);
            let plain: Vec<_> = addresses.filter(|address| address.starts_with("http://")).collect();
            let Some(worst) = plain.iter().find(|address| !is_loopback(address)).or(plain.first()) else {
                continue;
            };
            let severity = if is_loopback(worst) { Severity::Medium } else { Severity::High };
            let found = settings.found_at(setting).severity(severity);
            examination.report(found.arg("whom", whom).arg("address", *worst));
        }
    }
}
