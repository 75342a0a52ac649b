//! The API server decides on requests of kubelets without the Node authorizer.
//!
//! ## Why
//!
//! The Node authorizer lets a kubelet read the Secrets, ConfigMaps and volumes of the Pods on its own node and
//! no others. Without it kubelets need a role, and a role cannot tell nodes apart: who takes one node reads the
//! Secrets of all of them.
//!
//! ## Mend
//!
//! Set `--authorization-mode=Node,RBAC`. Other authorizers may stand beside the two.
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
//!         - --authorization-mode=RBAC # here
//! ```
//!
//! ```yaml bad
//! apiVersion: kubeadm.k8s.io/v1beta4
//! kind: ClusterConfiguration
//! apiServer:
//!   extraArgs:
//!     - name: authorization-mode # here
//!       value: RBAC,Webhook
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
//! ```
//!
//! ```yaml good
//! apiVersion: kubeadm.k8s.io/v1beta4
//! kind: ClusterConfiguration
//! apiServer:
//!   extraArgs:
//!     - name: audit-log-path
//!       value: /var/log/kubernetes/audit.log
//! ```
//!
//! ## References
//!
//! - Kubernetes: using Node authorization
//! - Kubernetes: reference of `kube-apiserver`

use super::prelude::*;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "api-server-without-node-authorizer",
    title: "API server works without the Node authorizer",
    message: "the API server does not hold kubelets to their own node: `{setting}` lacks `Node`",
    variants: &[],
    remedy: "Add `Node` to `--authorization-mode`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2022/K09",
        "owasp-2025/K02",
        "owasp-2025/K07",
        "cis-1.12/1.2.7",
        "nsa-cisa/control-plane-hardening",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "pci/2",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let Some(authorizers) = settings.authorizers() else { return };
    // Whoever allows everything has the finding of `api-server-always-allow`.
    if settings.allows_everything() || authorizers.iter().any(|(mode, _)| *mode == "Node") {
        return;
    }
    let modes: Vec<_> = authorizers.iter().map(|(mode, _)| *mode).collect();
    let mend = settings.mend(Safety::Unsafe, "authorization-mode", format!("{},Node", modes.join(",")));
    examination.report(settings.found("authorization-mode").mend(mend));
}
