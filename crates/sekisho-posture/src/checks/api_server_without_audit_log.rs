//! The API server keeps no record of the requests that it answers.
//!
//! ## Why
//!
//! Without an audit log nobody can say who read a Secret, who started a Pod or who changed a role: neither
//! while an attack runs nor after it.
//!
//! ## Mend
//!
//! Set `--audit-policy-file`, and `--audit-log-path` or `--audit-webhook-config-file`. Mount the policy and the
//! folder of the log into the static Pod, and ship the log to a place that the cluster cannot change.
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
//! apiVersion: kubeadm.k8s.io/v1beta3
//! kind: ClusterConfiguration
//! apiServer: # here
//!   timeoutForControlPlane: 4m0s
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
//!         - --audit-policy-file=/etc/kubernetes/audit-policy.yaml
//!         - --audit-log-path=/var/log/kubernetes/audit.log
//! ```
//!
//! ```yaml good
//! apiVersion: kubeadm.k8s.io/v1beta4
//! kind: ClusterConfiguration
//! apiServer:
//!   extraArgs:
//!     - name: audit-policy-file
//!       value: /etc/kubernetes/audit-policy.yaml
//!     - name: audit-webhook-config-file
//!       value: /etc/kubernetes/audit-webhook.yaml
//! ```
//!
//! ## References
//!
//! - Kubernetes: auditing
//! - Kubernetes: reference of `kube-apiserver`

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "api-server-without-audit-log",
    title: "API server keeps no audit log",
    message: "the API server keeps no audit log: neither `--audit-log-path` nor `--audit-webhook-config-file` is set",
    variants: &[],
    remedy: "Set `--audit-policy-file` and `--audit-log-path` or `--audit-webhook-config-file`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Run, Mode::Detective),
    controls: &[
        "owasp-2022/K05",
        "owasp-2025/K10",
        "cis-1.12/1.2.16",
        "cis-1.12/1.2.17",
        "cis-1.12/1.2.18",
        "cis-1.12/1.2.19",
        "cis-1.12/3.2.1",
        "nsa-cisa/audit-logging",
        "nist-800-190/4.3.2",
        "pci/7",
        "attack/T1685",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    if settings.lacks("audit-log-path") && settings.lacks("audit-webhook-config-file") {
        examination.report(settings.found_here());
    }
}
