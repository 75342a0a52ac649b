//! The API server shows kubelets no certificate.
//!
//! ## Why
//!
//! The API server asks kubelets for logs and runs commands in containers through them. Without a client
//! certificate its requests are anonymous: either they fail, or the kubelets answer everyone who can reach
//! their port.
//!
//! ## Mend
//!
//! Set `--kubelet-client-certificate` and `--kubelet-client-key`. kubeadm does so by itself.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-apiserver
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-apiserver
//!       image: registry.k8s.io/kube-apiserver:v1.34.2
//!       command:
//!         - kube-apiserver # here
//!         - --authorization-mode=Node,RBAC
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-apiserver
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-apiserver
//!       image: registry.k8s.io/kube-apiserver:v1.34.2
//!       command:
//!         - kube-apiserver
//!         - --kubelet-client-certificate=/etc/kubernetes/pki/apiserver-kubelet-client.crt
//!         - --kubelet-client-key=/etc/kubernetes/pki/apiserver-kubelet-client.key
//! ```
//!
//! ## References
//!
//! - Kubernetes: reference of `kube-apiserver`
//! - Kubernetes: communication between nodes and the control plane

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "api-server-kubelet-certificate",
    title: "API server shows kubelets no certificate",
    message: "the API server shows kubelets no certificate, because it lacks {flags}",
    variants: &[],
    remedy: "Set `--kubelet-client-certificate` and `--kubelet-client-key`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K06",
        "owasp-2025/K09",
        "cis-1.12/1.2.4",
        "nsa-cisa/control-plane-hardening",
        "nsa-cisa/tls-encryption",
        "nist-800-190/4.3.5",
        "pci/5",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let missing = settings.missing(&["kubelet-client-certificate", "kubelet-client-key"]);
    if !missing.is_empty() {
        examination.report(settings.found_here().arg("flags", missing));
    }
}
