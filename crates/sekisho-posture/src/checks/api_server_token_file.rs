//! The API server accepts the static bearer tokens of a file.
//!
//! ## Why
//!
//! Such tokens stand in clear text on the disk of every control plane node and in every backup of it, never
//! expire, and are not changed without a restart. Whoever reads the file is every user in it, for good.
//!
//! ## Mend
//!
//! Remove `--token-auth-file`. Give people certificates of short life or, better, an OpenID Connect provider
//! through an `AuthenticationConfiguration`; give workloads service account tokens.
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
//!         - kube-apiserver
//!         - --authorization-mode=Node,RBAC
//!         - --token-auth-file=/etc/kubernetes/tokens.csv # here
//! ```
//!
//! ```yaml bad
//! apiVersion: kubeadm.k8s.io/v1beta3
//! kind: ClusterConfiguration
//! apiServer:
//!   extraArgs:
//!     token-auth-file: /etc/kubernetes/tokens.csv # here
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
//!         - --authorization-mode=Node,RBAC
//!         - --authentication-config=/etc/kubernetes/authentication.yaml
//! ```
//!
//! ## References
//!
//! - Kubernetes: authenticating, "Static token file"
//! - Kubernetes: reference of `kube-apiserver`

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "api-server-token-file",
    title: "API server accepts static tokens of a file",
    message: "the API server accepts the tokens of a file, which never expire: `{setting}`",
    variants: &[],
    remedy: "Remove `--token-auth-file` and use tokens that expire",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K06",
        "owasp-2025/K09",
        "cis-1.12/1.2.2",
        "nsa-cisa/strong-authentication",
        "nist-800-190/4.3.2",
        "pci/1",
        "attack/T1078",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    if settings.has("token-auth-file") {
        examination.report(settings.found("token-auth-file"));
    }
}
