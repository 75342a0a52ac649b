//! etcd accepts TLS versions or cipher suites that are too weak.
//!
//! ## Why
//!
//! TLS 1.0 and 1.1 and the suites with RC4 or triple DES can be broken in practice, and suites without an
//! ephemeral key exchange let whoever later gets the private key read recorded traffic. Every Secret of the
//! cluster passes here. The defaults are good: only a setting makes them weak.
//!
//! ## Mend
//!
//! Set `--tls-min-version=TLS1.2` or `TLS1.3`, and name in `--cipher-suites` only suites with ECDHE and GCM or
//! ChaCha20.
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
//!         - --cipher-suites=TLS_RSA_WITH_3DES_EDE_CBC_SHA # here
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
//!         - --tls-min-version=TLS1.2
//!         - --cipher-suites=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
//! ```
//!
//! ## References
//!
//! - etcd: transport security model
//! - RFC 9325: recommendations for secure use of TLS

use super::prelude::*;
use crate::component::tls;

pub(super) const CHECK: Check = Check {
    id: "etcd-weak-tls",
    title: "etcd accepts weak TLS",
    message: "etcd accepts a TLS version that is too old: `{setting}`",
    variants: &[("suites", "etcd accepts weak cipher suites: {suites}")],
    remedy: "Set `--tls-min-version=TLS1.2` and name only suites with ECDHE and GCM or ChaCha20",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "nsa-cisa/etcd-protection",
        "nsa-cisa/tls-encryption",
        "pci/5",
        "attack/T1557",
    ],
    cel: None,
    examine: Examine::Component(&[Component::Etcd], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    tls::report(settings, examination, "cipher-suites", "TLS1.2");
}
