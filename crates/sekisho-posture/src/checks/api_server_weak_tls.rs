//! The API server accepts TLS versions or cipher suites that are too weak.
//!
//! ## Why
//!
//! TLS 1.0 and 1.1 and the suites with RC4 or triple DES can be broken in practice; suites without an ephemeral
//! key exchange let whoever later gets the private key read recorded traffic; CBC suites have a history of
//! padding attacks. What travels here are tokens and Secrets. The defaults are good: only a setting makes them
//! weak.
//!
//! ## Mend
//!
//! Remove `--tls-min-version`, or set `VersionTLS12` or `VersionTLS13`. Name in `--tls-cipher-suites` only
//! suites with ECDHE and GCM or ChaCha20; TLS 1.3 has no other and ignores the list.
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
//!         - --tls-min-version=VersionTLS10 # here
//!         - --tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_RSA_WITH_RC4_128_SHA # here
//! ```
//!
//! ```yaml bad
//! apiVersion: kubeadm.k8s.io/v1beta3
//! kind: ClusterConfiguration
//! apiServer:
//!   extraArgs:
//!     tls-min-version: VersionTLS11 # here
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
//!         - --tls-min-version=VersionTLS12
//!         - --tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305
//! ```
//!
//! ## References
//!
//! - Kubernetes: reference of `kube-apiserver`
//! - RFC 9325: recommendations for secure use of TLS

use super::prelude::*;
use crate::component::tls;

pub(super) const CHECK: Check = Check {
    id: "api-server-weak-tls",
    title: "API server accepts weak TLS",
    message: "the API server accepts a TLS version that is too old: `{setting}`",
    variants: &[("suites", "the API server accepts weak cipher suites: {suites}")],
    remedy: "Set `--tls-min-version=VersionTLS12` and name only suites with ECDHE and GCM or ChaCha20",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "cis-1.12/1.2.29",
        "nsa-cisa/tls-encryption",
        "nsa-cisa/control-plane-hardening",
        "pci/5",
        "attack/T1557",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    tls::report(settings, examination, "tls-cipher-suites", "VersionTLS12");
}
