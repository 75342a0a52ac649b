//! The kubelet changes kernel settings of the node that differ from what it expects.
//!
//! ## Why
//!
//! With `protectKernelDefaults: true` the kubelet stops with a message when settings such as
//! `vm.overcommit_memory` or `kernel.panic` are not as it needs them. Without it, it changes them in silence,
//! and what the node's own hardening had set is lost.
//!
//! ## Mend
//!
//! Set the kernel parameters that the kubelet expects in the image of the node, then `protectKernelDefaults:
//! true`.
//!
//! ```yaml bad
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! protectKernelDefaults: false # here
//! ```
//!
//! ```yaml good
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! protectKernelDefaults: true
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
    id: "kubelet-protect-kernel-defaults",
    title: "Kubelet changes kernel settings",
    message: "the kubelet changes kernel settings of the node: `{setting}`",
    variants: &[],
    remedy: "Set `protectKernelDefaults: true`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &["owasp-2022/K09", "owasp-2025/K07", "nsa-cisa/worker-node-hardening", "pci/15"],
    cel: None,
    examine: Examine::Component(&[Component::Kubelet], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "protect-kernel-defaults";
    if settings.has(flag) && settings.boolean(flag, false) == Some(false) {
        examination.report(settings.found(flag).mend(settings.mend(Safety::Unsafe, flag, true)));
    }
}
