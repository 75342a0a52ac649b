//! The API server accepts the names and passwords of a file.
//!
//! ## Why
//!
//! The passwords stand in clear text on the control plane's disk, travel with every request, never expire and
//! can be guessed. Kubernetes removed the flag in 1.19, so a manifest that carries it also runs a version that
//! has had no fixes for years, or does not start.
//!
//! ## Mend
//!
//! Remove `--basic-auth-file`. Give people certificates of short life or an OpenID Connect provider.
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
//!         - --basic-auth-file=/etc/kubernetes/users.csv # here
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
//!         - --client-ca-file=/etc/kubernetes/pki/ca.crt
//! ```
//!
//! ## References
//!
//! - Kubernetes 1.19: changelog, removal of `--basic-auth-file`

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "api-server-basic-auth",
    title: "API server accepts passwords of a file",
    message: "the API server accepts the passwords of a file: `{setting}`",
    variants: &[],
    remedy: "Remove `--basic-auth-file` and use credentials that expire",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K06",
        "owasp-2025/K09",
        "nsa-cisa/strong-authentication",
        "nist-800-190/4.3.2",
        "pci/1",
        "attack/T1078",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    if settings.has("basic-auth-file") {
        examination.report(settings.found("basic-auth-file"));
    }
}
