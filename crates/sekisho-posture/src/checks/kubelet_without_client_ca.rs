//! The kubelet knows no authority for client certificates.
//!
//! ## Why
//!
//! Without it the kubelet cannot recognise the API server by its certificate. The API server's requests are
//! then anonymous, and people are tempted to allow anonymous requests so that `kubectl logs` works.
//!
//! ## Mend
//!
//! Set `authentication.x509.clientCAFile`, or `--client-ca-file`, to the cluster's authority. kubeadm does so
//! by itself.
//!
//! ```yaml bad
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! authentication:
//!   anonymous:
//!     enabled: false
//!   x509: {} # here
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
//! authentication:
//!   x509:
//!     clientCAFile: /etc/kubernetes/pki/ca.crt
//! ```
//!
//! ```yaml good
//! apiVersion: kubeadm.k8s.io/v1beta4
//! kind: ClusterConfiguration
//! kubernetesVersion: v1.34.2
//! ---
//! apiVersion: kubelet.config.k8s.io/v1beta1
//! kind: KubeletConfiguration
//! cgroupDriver: systemd
//! ```
//!
//! ## References
//!
//! - Kubernetes: kubelet configuration, `KubeletConfiguration` v1beta1
//! - Kubernetes: kubelet authentication and authorization

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "kubelet-without-client-ca",
    title: "Kubelet accepts no client certificates",
    message: "the kubelet accepts no client certificates: `{setting}`",
    variants: &[("unset", "the kubelet accepts no client certificates, because `{flag}` is not set")],
    remedy: "Set `authentication.x509.clientCAFile`",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K06",
        "owasp-2025/K09",
        "cis-1.12/4.2.3",
        "nsa-cisa/worker-node-hardening",
        "nsa-cisa/strong-authentication",
        "pci/5",
    ],
    cel: None,
    examine: Examine::Component(&[Component::Kubelet], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "client-ca-file";
    if settings.lacks(flag) {
        examination.report(settings.found(flag));
    }
}
