//! The kubelet takes a name that is not that of its machine.
//!
//! ## Why
//!
//! Certificates, cloud metadata and firewall rules know the machine by its own name. A name that an argument
//! gives can break their agreement, and it can be that of another node.
//!
//! ## Mend
//!
//! Remove `--hostname-override`, unless the cloud provider asks for it.
//!
//! ```yaml bad
//! apiVersion: kubeadm.k8s.io/v1beta4
//! kind: InitConfiguration
//! nodeRegistration:
//!   kubeletExtraArgs:
//!     - name: hostname-override # here
//!       value: node-7
//! ```
//!
//! ```yaml good
//! apiVersion: kubeadm.k8s.io/v1beta4
//! kind: InitConfiguration
//! nodeRegistration:
//!   kubeletExtraArgs:
//!     - name: node-labels
//!       value: tier=web
//! ```
//!
//! ## References
//!
//! - Kubernetes: reference of `kubelet`

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "kubelet-hostname-override",
    title: "Kubelet takes another name",
    message: "the kubelet takes a name that is not that of its machine: `{setting}`",
    variants: &[],
    remedy: "Remove `--hostname-override`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "cis-1.12/4.2.7",
        "nsa-cisa/worker-node-hardening",
        "pci/5",
    ],
    cel: None,
    examine: Examine::Component(&[Component::Kubelet], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    if settings.has("hostname-override") {
        examination.report(settings.found("hostname-override"));
    }
}
