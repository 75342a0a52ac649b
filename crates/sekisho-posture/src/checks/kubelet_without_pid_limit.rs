//! A Pod may fill the process table of its node.
//!
//! ## Why
//!
//! Without `podPidsLimit` one Pod that forks without end takes every process number of the node: other Pods,
//! the container runtime and the login of the administrator fail. There is no limit by default.
//!
//! ## Mend
//!
//! Set `podPidsLimit`, for instance to 4096, and reserve process numbers for the system by `systemReserved`.
//!
//! ```yaml bad
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration # here
//! rotateCertificates: true
//! ```
//!
//! ```yaml bad
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! podPidsLimit: -1 # here
//! ```
//!
//! ```yaml good
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! podPidsLimit: 4096
//! ```
//!
//! ## References
//!
//! - Kubernetes: process ID limits and reservations
//! - Kubernetes: kubelet configuration, `KubeletConfiguration` v1beta1

use super::prelude::*;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "kubelet-without-pid-limit",
    title: "Pods have no limit of processes",
    message: "Pods have no limit of processes: `{setting}`",
    variants: &[("unset", "Pods have no limit of processes, because `{flag}` is not set")],
    remedy: "Set `podPidsLimit`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "cis-1.12/4.2.13",
        "nsa-cisa/worker-node-hardening",
        "nsa-cisa/resource-policies",
        "pci/11",
        "attack/T1499",
        "microsoft-threat-matrix/MS-TA9040",
    ],
    cel: None,
    examine: Examine::Component(&[Component::Kubelet], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "pod-max-pids";
    if settings.integer(flag, -1).is_some_and(|limit| limit <= 0) {
        examination.report(settings.found(flag).mend(settings.mend(Safety::Unsafe, flag, 4096)));
    }
}
