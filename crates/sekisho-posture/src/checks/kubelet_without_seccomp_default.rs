//! Pods that name no seccomp profile run without one.
//!
//! ## Why
//!
//! Such containers may make every system call, also the rare ones in which faults of the kernel are found. With
//! `seccompDefault: true` the kubelet gives them the runtime's profile, which normal programs do not notice. It
//! is off by default.
//!
//! ## Mend
//!
//! Set `seccompDefault: true` on one group of nodes, then on all.
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
//! seccompDefault: false # here
//! ```
//!
//! ```yaml good
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! seccompDefault: true
//! ```
//!
//! ## References
//!
//! - Kubernetes: restrict system calls with seccomp
//! - Kubernetes: kubelet configuration, `KubeletConfiguration` v1beta1

use super::prelude::*;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "kubelet-without-seccomp-default",
    title: "Kubelet gives no default seccomp profile",
    message: "Pods that name no seccomp profile run without one: `{setting}`",
    variants: &[("unset", "Pods that name no seccomp profile run without one, because `{flag}` is not set")],
    remedy: "Set `seccompDefault: true`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "cis-1.12/4.2.14",
        "nsa-cisa/worker-node-hardening",
        "nsa-cisa/hardened-environment",
        "nist-800-190/4.4.3",
        "pci/9",
        "attack/T1068",
    ],
    cel: None,
    examine: Examine::Component(&[Component::Kubelet], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "seccomp-default";
    if settings.boolean(flag, false) == Some(false) {
        examination.report(settings.found(flag).mend(settings.mend(Safety::Unsafe, flag, true)));
    }
}
