//! The controller manager or the scheduler accepts TLS versions or cipher suites that are too weak.
//!
//! ## Why
//!
//! TLS 1.0 and 1.1 and the suites with RC4 or triple DES can be broken in practice, and suites without an
//! ephemeral key exchange let whoever later gets the private key read recorded traffic. The defaults are good:
//! only a setting makes them weak.
//!
//! ## Mend
//!
//! Remove `--tls-min-version`, or set `VersionTLS12` or `VersionTLS13`. Name in `--tls-cipher-suites` only
//! suites with ECDHE and GCM or ChaCha20.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-controller-manager
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-controller-manager
//!       image: registry.k8s.io/kube-controller-manager:v1.34.2
//!       command:
//!         - kube-controller-manager
//!         - --tls-min-version=VersionTLS10 # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-controller-manager
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-controller-manager
//!       image: registry.k8s.io/kube-controller-manager:v1.34.2
//!       command:
//!         - kube-controller-manager
//!         - --tls-min-version=VersionTLS13
//! ```
//!
//! ## References
//!
//! - Kubernetes: reference of `kube-controller-manager`
//! - RFC 9325: recommendations for secure use of TLS

use super::prelude::*;
use crate::component::tls;

pub(super) const CHECK: Check = Check {
    id: "component-weak-tls",
    title: "Control plane component accepts weak TLS",
    message: "{component} accepts a TLS version that is too old: `{setting}`",
    variants: &[("suites", "{component} accepts weak cipher suites: {suites}")],
    remedy: "Set `--tls-min-version=VersionTLS12` and name only suites with ECDHE and GCM or ChaCha20",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "nsa-cisa/tls-encryption",
        "nsa-cisa/control-plane-hardening",
        "pci/5",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ControllerManager, Component::Scheduler], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    tls::report(settings, examination, "tls-cipher-suites", "VersionTLS12");
}
