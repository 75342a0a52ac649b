//! The kubelet drops most of its events.
//!
//! ## Why
//!
//! Events tell that a container restarts, that an image cannot be pulled, that a probe fails. With an
//! `eventRecordQPS` below 5 a busy node drops the ones that would have explained an incident. The default is
//! 50.
//!
//! ## Mend
//!
//! Remove `eventRecordQPS`, or set it to 5 or more.
//!
//! ```yaml bad
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! eventRecordQPS: 1 # here
//! ```
//!
//! ```yaml good
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! eventRecordQPS: 50
//! ```
//!
//! ```yaml good
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! eventRecordQPS: 0
//! ```
//!
//! ## References
//!
//! - Kubernetes: kubelet configuration, `KubeletConfiguration` v1beta1

use super::prelude::*;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "kubelet-event-qps",
    title: "Kubelet drops events",
    message: "the kubelet drops most of its events: `{setting}`",
    variants: &[],
    remedy: "Remove `eventRecordQPS`, or set it to 5 or more",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Cluster, Phase::Run, Mode::Detective),
    controls: &[
        "owasp-2022/K05",
        "owasp-2025/K10",
        "cis-1.12/4.2.8",
        "nsa-cisa/worker-node-hardening",
        "nsa-cisa/log-monitoring",
        "pci/7",
    ],
    cel: None,
    examine: Examine::Component(&[Component::Kubelet], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "event-qps";
    // 0 records them all.
    if settings.integer(flag, 50).is_some_and(|rate| rate > 0 && rate < 5) {
        examination.report(settings.found(flag).mend(settings.mend(Safety::Safe, flag, 50)));
    }
}
