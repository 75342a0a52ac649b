//! The API server does not check the certificates of kubelets.
//!
//! ## Why
//!
//! Logs, commands and forwarded ports pass from the API server to kubelets. Without
//! `--kubelet-certificate-authority` it takes any certificate, so whoever can answer in a node's place reads
//! and changes what passes, credentials typed into `kubectl exec` included. kubeadm leaves the flag out,
//! because the kubelets' certificates are self-signed unless they ask the cluster for one.
//!
//! ## Mend
//!
//! Let kubelets request their serving certificate (`serverTLSBootstrap: true`), approve the requests by a
//! controller that checks node names, then set `--kubelet-certificate-authority` to the cluster's authority.
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
//! ```yaml bad
//! apiVersion: kubeadm.k8s.io/v1beta4
//! kind: ClusterConfiguration
//! apiServer: # here
//!   certSANs:
//!     - api.example.com
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
//!         - --kubelet-certificate-authority=/etc/kubernetes/pki/ca.crt
//! ```
//!
//! ## References
//!
//! - Kubernetes: communication between nodes and the control plane, "API server to kubelet"
//! - Kubernetes: kubelet TLS bootstrapping

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "api-server-kubelet-authority",
    title: "API server does not check kubelets",
    message: "the API server takes any certificate for that of a kubelet: `{setting}`",
    variants: &[(
        "unset",
        "the API server takes any certificate for that of a kubelet, because `{flag}` is not set",
    )],
    remedy: "Let kubelets request serving certificates and set `--kubelet-certificate-authority`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "cis-1.12/1.2.5",
        "nsa-cisa/control-plane-hardening",
        "nsa-cisa/tls-encryption",
        "nist-800-190/4.3.5",
        "pci/5",
        "attack/T1557",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    if settings.lacks("kubelet-certificate-authority") {
        examination.report(settings.found("kubelet-certificate-authority"));
    }
}
