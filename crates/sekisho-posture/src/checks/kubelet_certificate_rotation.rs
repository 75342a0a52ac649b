//! Kubelets do not renew their certificates.
//!
//! ## Why
//!
//! A kubelet's client certificate is valid for a year by default. Without rotation a stolen one stays useful
//! for that long, and when it ends the node drops out of the cluster, after which certificates of ten years
//! tend to appear. The feature gate `RotateKubeletServerCertificate` does the same for the certificate that the
//! kubelet serves, at the kubelet and at the controller manager.
//!
//! ## Mend
//!
//! Set `rotateCertificates: true` and remove `RotateKubeletServerCertificate=false`.
//!
//! ```yaml bad
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! rotateCertificates: false # here
//! featureGates:
//!   RotateKubeletServerCertificate: false # here
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-controller-manager
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-controller-manager
//!       image: registry.k8s.io/kube-controller-manager:v1.34.2
//!       command:
//!         - kube-controller-manager
//!         - --feature-gates=RotateKubeletServerCertificate=false # here
//! ```
//!
//! ```yaml good
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! rotateCertificates: true
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-controller-manager
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-controller-manager
//!       image: registry.k8s.io/kube-controller-manager:v1.34.2
//!       command:
//!         - kube-controller-manager
//!         - --use-service-account-credentials=true
//! ```
//!
//! ## References
//!
//! - Kubernetes: kubelet configuration, `KubeletConfiguration` v1beta1
//! - Kubernetes: configure certificate rotation for the kubelet

use super::prelude::*;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "kubelet-certificate-rotation",
    title: "Kubelet certificates are not rotated",
    message: "kubelets do not renew their certificates: `{setting}`",
    variants: &[],
    remedy: "Set `rotateCertificates: true` and remove the feature gate",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K06",
        "owasp-2025/K09",
        "cis-1.12/1.3.6",
        "cis-1.12/4.2.10",
        "cis-1.12/4.2.11",
        "nsa-cisa/worker-node-hardening",
        "pci/5",
    ],
    cel: None,
    examine: Examine::Component(&[Component::Kubelet, Component::ControllerManager], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "rotate-certificates";
    if settings.component == Component::Kubelet
        && settings.has(flag)
        && settings.boolean(flag, false) == Some(false)
    {
        examination.report(settings.found(flag).mend(settings.mend(Safety::Safe, flag, true)));
    }
    if let Some((false, setting)) = settings.gate("RotateKubeletServerCertificate") {
        examination.report(settings.found_at(setting));
    }
}
