//! The kubelet never closes connections on which nothing happens.
//!
//! ## Why
//!
//! Sessions of `kubectl exec` and `port-forward` stay open for ever: a terminal left alone is a way into the
//! container, and enough of them exhaust the node. Four hours is the default; 0 means never.
//!
//! ## Mend
//!
//! Remove `streamingConnectionIdleTimeout`, or set it above 0.
//!
//! ```yaml bad
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! streamingConnectionIdleTimeout: 0s # here
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kubelet
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kubelet
//!       image: registry.example.com/kubelet:v1.34.2
//!       command:
//!         - kubelet
//!         - --streaming-connection-idle-timeout=0 # here
//! ```
//!
//! ```yaml good
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! streamingConnectionIdleTimeout: 4h0m0s
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
    id: "kubelet-streaming-timeout",
    title: "Kubelet never closes idle connections",
    message: "the kubelet never closes idle connections: `{setting}`",
    variants: &[],
    remedy: "Set `streamingConnectionIdleTimeout` above 0",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "cis-1.12/4.2.5",
        "nsa-cisa/worker-node-hardening",
        "pci/15",
        "attack/T1499",
    ],
    cel: None,
    examine: Examine::Component(&[Component::Kubelet], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "streaming-connection-idle-timeout";
    if settings.duration(flag).is_some_and(|timeout| timeout.nanoseconds() == 0) {
        examination.report(settings.found(flag).mend(settings.mend(Safety::Safe, flag, "4h0m0s")));
    }
}
