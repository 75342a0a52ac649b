//! The kubelet answers requests that carry no credential.
//!
//! ## Why
//!
//! The kubelet starts containers, runs commands in them and hands out their logs. Whoever reaches port 10250
//! without a credential and is not stopped by the authorizer owns every workload of the node. Anonymous access
//! is off by default in a configuration file, and on by default for the flag.
//!
//! ## Mend
//!
//! Set `authentication.anonymous.enabled: false`, or `--anonymous-auth=false`.
//!
//! ```yaml bad
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! authentication:
//!   anonymous:
//!     enabled: true # here
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
//!         - --authorization-mode=Webhook
//! ```
//!
//! ```yaml bad
//! apiVersion: kubeadm.k8s.io/v1beta3
//! kind: JoinConfiguration
//! nodeRegistration:
//!   kubeletExtraArgs:
//!     anonymous-auth: "true" # here
//! ```
//!
//! ```yaml good
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! authentication:
//!   anonymous:
//!     enabled: false
//!   webhook:
//!     enabled: true
//!   x509:
//!     clientCAFile: /etc/kubernetes/pki/ca.crt
//! ```
//!
//! ```yaml good
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
//!         - --config=/var/lib/kubelet/config.yaml
//! ```
//!
//! ## References
//!
//! - Kubernetes: kubelet configuration, `KubeletConfiguration` v1beta1
//! - Kubernetes: kubelet authentication and authorization

use super::prelude::*;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "kubelet-anonymous-access",
    title: "Kubelet answers without a credential",
    message: "the kubelet answers requests without a credential: `{setting}`",
    variants: &[("unset", "the kubelet answers requests without a credential, because `{flag}` is not set")],
    remedy: "Set `authentication.anonymous.enabled: false`",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K06",
        "owasp-2025/K06",
        "owasp-2025/K09",
        "cis-1.12/4.2.1",
        "nsa-cisa/anonymous-access",
        "nsa-cisa/worker-node-hardening",
        "nist-800-190/4.3.2",
        "pci/1",
        "attack/T1609",
        "microsoft-threat-matrix/MS-TA9030",
    ],
    cel: None,
    examine: Examine::Component(&[Component::Kubelet], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "anonymous-auth";
    if settings.boolean(flag, true) == Some(true) {
        let everyone = settings.allows_everything();
        let severity = if everyone { Severity::Critical } else { Severity::High };
        let mend = settings.mend(Safety::Safe, flag, false);
        examination.report(settings.found(flag).severity(severity).mend(mend));
    }
}
