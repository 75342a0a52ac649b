//! The kubelet accepts TLS versions or cipher suites that are too weak.
//!
//! ## Why
//!
//! TLS 1.0 and 1.1 and the suites with RC4 or triple DES can be broken in practice, and suites without an
//! ephemeral key exchange let whoever later gets the private key read recorded traffic. Commands, logs and
//! credentials pass here. The defaults are good: only a setting makes them weak.
//!
//! ## Mend
//!
//! Set `tlsMinVersion: VersionTLS12` or `VersionTLS13`, and name in `tlsCipherSuites` only suites with ECDHE
//! and GCM or ChaCha20.
//!
//! ```yaml bad
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! tlsMinVersion: VersionTLS10 # here
//! tlsCipherSuites:
//!   - TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
//!   - TLS_RSA_WITH_AES_128_CBC_SHA # here
//! ```
//!
//! ```yaml good
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! tlsMinVersion: VersionTLS12
//! tlsCipherSuites:
//!   - TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
//!   - TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
//! ```
//!
//! ## References
//!
//! - Kubernetes: kubelet configuration, `KubeletConfiguration` v1beta1
//! - RFC 9325: recommendations for secure use of TLS

use super::prelude::*;
use crate::component::tls;

pub(super) const CHECK: Check = Check {
    id: "kubelet-weak-tls",
    title: "Kubelet accepts weak TLS",
    message: "the kubelet accepts a TLS version that is too old: `{setting}`",
    variants: &[("suites", "the kubelet accepts weak cipher suites: {suites}")],
    remedy: "Set `tlsMinVersion: VersionTLS12` and name only suites with ECDHE and GCM or ChaCha20",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "cis-1.12/4.2.12",
        "nsa-cisa/worker-node-hardening",
        "nsa-cisa/tls-encryption",
        "pci/5",
        "attack/T1557",
    ],
    cel: None,
    examine: Examine::Component(&[Component::Kubelet], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    tls::report(settings, examination, "tls-cipher-suites", "VersionTLS12");
}
