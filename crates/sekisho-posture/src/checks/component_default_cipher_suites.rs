//! A component leaves the choice of cipher suites to its defaults.
//!
//! ## Why
//!
//! The defaults of Go still hold suites with CBC, which the CIS Benchmark no longer lists. They are offered
//! last and no client of today picks them, so this is a matter of the benchmark more than of risk.
//!
//! ## Mend
//!
//! Set `--tls-cipher-suites` (etcd: `--cipher-suites`, kubelet: `tlsCipherSuites`) to suites with ECDHE and GCM
//! or ChaCha20, or require TLS 1.3.
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
//!         - --tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
//! ```
//!
//! ```yaml good
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! tlsMinVersion: VersionTLS13
//! ```
//!
//! ## References
//!
//! - Kubernetes: reference of `kube-apiserver`
//! - Kubernetes: kubelet configuration, `KubeletConfiguration` v1beta1

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "component-default-cipher-suites",
    title: "Cipher suites are left to the defaults",
    message: "{component} leaves the choice of cipher suites to its defaults",
    variants: &[],
    remedy: "Name suites with ECDHE and GCM or ChaCha20",
    severity: Severity::Info,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "cis-1.12/1.2.29",
        "cis-1.12/4.2.12",
        "nsa-cisa/tls-encryption",
        "pci/5",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer, Component::Kubelet, Component::Etcd], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let etcd = settings.component == Component::Etcd;
    // Without a certificate it serves no TLS.
    if etcd && !settings.has("cert-file") {
        return;
    }
    let flag = if etcd { "cipher-suites" } else { "tls-cipher-suites" };
    let version = settings.value("tls-min-version", "").unwrap_or_default();
    if settings.lacks(flag) && !version.ends_with("13") && !version.ends_with("1.3") {
        examination.report(settings.found_here());
    }
}
