//! The API server lets every authenticated request through, whatever it asks for.
//!
//! ## Why
//!
//! With `AlwaysAllow` among the authorizers no role and no binding counts: every service account token, and
//! every anonymous request where these are accepted, may read all Secrets and start any Pod. An API server that
//! is told neither `--authorization-mode` nor `--authorization-config` works in this way.
//!
//! ## Mend
//!
//! Set `--authorization-mode=Node,RBAC`, which is what kubeadm sets by itself.
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
//!         - --authorization-mode=AlwaysAllow # here
//!         - --client-ca-file=/etc/kubernetes/pki/ca.crt
//! ```
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
//!         - --client-ca-file=/etc/kubernetes/pki/ca.crt
//! ```
//!
//! ```yaml bad
//! apiVersion: apiserver.config.k8s.io/v1
//! kind: AuthorizationConfiguration
//! authorizers:
//!   - type: RBAC
//!     name: rbac
//!   - type: AlwaysAllow # here
//!     name: rest
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
//! ```yaml good
//! apiVersion: kubeadm.k8s.io/v1beta4
//! kind: ClusterConfiguration
//! apiServer:
//!   certSANs:
//!     - api.example.com
//! ```
//!
//! ## References
//!
//! - Kubernetes: authorization, "Authorization modes"
//! - Kubernetes: reference of `kube-apiserver`

use super::prelude::*;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "api-server-always-allow",
    title: "API server allows every request",
    message: "the API server allows every request: `{setting}`",
    variants: &[("unset", "the API server allows every request, because `{flag}` is not set")],
    remedy: "Set `--authorization-mode=Node,RBAC`",
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2022/K09",
        "owasp-2025/K02",
        "owasp-2025/K07",
        "cis-1.12/1.2.6",
        "cis-1.12/1.2.7",
        "cis-1.12/1.2.8",
        "nsa-cisa/control-plane-hardening",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "pci/2",
        "attack/T1078",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let authorizers = settings.authorizers().unwrap_or_default();
    let Some((_, setting)) = authorizers.iter().find(|(mode, _)| *mode == "AlwaysAllow") else { return };
    let found = match setting {
        Some(setting) if setting.place.is_some() => settings.found_at(setting),
        _ => settings.found("authorization-mode"),
    };
    examination.report(found.mend(settings.mend(Safety::Unsafe, "authorization-mode", "Node,RBAC")));
}
