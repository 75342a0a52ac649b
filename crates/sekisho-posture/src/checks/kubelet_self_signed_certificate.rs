//! The kubelet serves a certificate of its own making.
//!
//! ## Why
//!
//! Nobody can check it, so the API server must not try to: whoever answers in the node's place gets what passes
//! in `kubectl exec` and `logs`. The kubelet signs its certificate itself unless it is given one or told to
//! request one.
//!
//! ## Mend
//!
//! Set `serverTLSBootstrap: true` and have the requests approved by a controller that checks node names, or set
//! `tlsCertFile` and `tlsPrivateKeyFile`. Then give the API server `--kubelet-certificate-authority`.
//!
//! ```yaml bad
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration # here
//! rotateCertificates: true
//! ```
//!
//! ```yaml good
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! serverTLSBootstrap: true
//! ```
//!
//! ```yaml good
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! tlsCertFile: /var/lib/kubelet/pki/kubelet.crt
//! tlsPrivateKeyFile: /var/lib/kubelet/pki/kubelet.key
//! ```
//!
//! ## References
//!
//! - Kubernetes: kubelet configuration, `KubeletConfiguration` v1beta1
//! - Kubernetes: kubelet TLS bootstrapping

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "kubelet-self-signed-certificate",
    title: "Kubelet serves a certificate of its own making",
    message: "the kubelet serves a certificate of its own making",
    variants: &[],
    remedy: "Set `serverTLSBootstrap: true` and approve the requests",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "cis-1.12/4.2.9",
        "cis-1.12/4.2.11",
        "nsa-cisa/worker-node-hardening",
        "nsa-cisa/tls-encryption",
        "pci/5",
        "attack/T1557",
    ],
    cel: None,
    examine: Examine::Component(&[Component::Kubelet], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let requested = settings.boolean("rotate-server-certificates", false) != Some(false);
    if !requested && !settings.missing(&["tls-cert-file", "tls-private-key-file"]).is_empty() {
        examination.report(settings.found_here());
    }
}
