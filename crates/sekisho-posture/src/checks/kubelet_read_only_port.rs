//! The kubelet serves its read-only port.
//!
//! ## Why
//!
//! Port 10255 tells everyone who reaches it, in plain text and without a credential, which Pods run on the
//! node, with their environment variables, images and addresses. It is closed by default in a configuration
//! file and open by default for the flag.
//!
//! ## Mend
//!
//! Set `readOnlyPort: 0`, or `--read-only-port=0`. Let collectors of metrics use port 10250 with a credential.
//!
//! ```yaml bad
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! readOnlyPort: 10255 # here
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
//!         - kubelet # here
//!         - --anonymous-auth=false
//! ```
//!
//! ```yaml good
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! readOnlyPort: 0
//! ```
//!
//! ```yaml good
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! rotateCertificates: true
//! ```
//!
//! ## References
//!
//! - Kubernetes: kubelet configuration, `KubeletConfiguration` v1beta1

use super::prelude::*;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "kubelet-read-only-port",
    title: "Kubelet serves its read-only port",
    message: "the kubelet tells about its Pods without asking for a credential: `{setting}`",
    variants: &[(
        "unset",
        "the kubelet tells about its Pods without asking for a credential, because `{flag}` is not set",
    )],
    remedy: "Set `readOnlyPort: 0`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K06",
        "owasp-2025/K07",
        "cis-1.12/4.2.4",
        "nsa-cisa/anonymous-access",
        "nsa-cisa/worker-node-hardening",
        "nist-800-190/4.3.2",
        "pci/4",
        "attack/T1613",
        "microsoft-threat-matrix/MS-TA9030",
    ],
    cel: None,
    examine: Examine::Component(&[Component::Kubelet], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "read-only-port";
    if settings.integer(flag, 10_255).is_some_and(|port| port != 0) {
        examination.report(settings.found(flag).mend(settings.mend(Safety::Unsafe, flag, 0)));
    }
}
