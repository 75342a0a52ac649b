//! The kubelet leaves the packet filter rules that Pods need to somebody else.
//!
//! ## Why
//!
//! With `makeIPTablesUtilChains: false` the chains that mark and drop traffic on the node are missing unless an
//! administrator makes them, and with them the rule that drops packets for the loopback network from outside.
//!
//! ## Mend
//!
//! Remove `makeIPTablesUtilChains: false`.
//!
//! ```yaml bad
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! makeIPTablesUtilChains: false # here
//! ```
//!
//! ```yaml good
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! makeIPTablesUtilChains: true
//! ```
//!
//! ```yaml good
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! readOnlyPort: 0
//! ```
//!
//! ## References
//!
//! - Kubernetes: kubelet configuration, `KubeletConfiguration` v1beta1

use super::prelude::*;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "kubelet-iptables-chains",
    title: "Kubelet makes no packet filter rules",
    message: "the kubelet makes no packet filter rules: `{setting}`",
    variants: &[],
    remedy: "Remove `makeIPTablesUtilChains: false`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "cis-1.12/4.2.6",
        "nsa-cisa/worker-node-hardening",
        "pci/15",
    ],
    cel: None,
    examine: Examine::Component(&[Component::Kubelet], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "make-iptables-util-chains";
    if settings.boolean(flag, true) == Some(false) {
        examination.report(settings.found(flag).mend(settings.mend(Safety::Safe, flag, true)));
    }
}
