//! The kubelet lets every authenticated request through, whatever it asks for.
//!
//! ## Why
//!
//! Every service account of the cluster is authenticated. With `AlwaysAllow` each of them may run commands in
//! every container of the node, through port 10250 and past every role. `AlwaysAllow` is the default of the
//! flag; a configuration file defaults to `Webhook`.
//!
//! ## Mend
//!
//! Set `authorization.mode: Webhook`, or `--authorization-mode=Webhook`.
//!
//! ```yaml bad
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! authorization:
//!   mode: AlwaysAllow # here
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
//! authorization:
//!   mode: Webhook
//! ```
//!
//! ## References
//!
//! - Kubernetes: kubelet configuration, `KubeletConfiguration` v1beta1
//! - Kubernetes: kubelet authentication and authorization

use super::prelude::*;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "kubelet-always-allow",
    title: "Kubelet allows every request",
    message: "the kubelet allows every request: `{setting}`",
    variants: &[("unset", "the kubelet allows every request, because `{flag}` is not set")],
    remedy: "Set `authorization.mode: Webhook`",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "owasp-2025/K06",
        "cis-1.12/4.2.2",
        "nsa-cisa/worker-node-hardening",
        "nist-800-190/4.3.1",
        "pci/2",
        "attack/T1609",
        "microsoft-threat-matrix/MS-TA9030",
    ],
    cel: None,
    examine: Examine::Component(&[Component::Kubelet], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "authorization-mode";
    if settings.allows_everything() {
        examination.report(settings.found(flag).mend(settings.mend(Safety::Unsafe, flag, "Webhook")));
    }
}
