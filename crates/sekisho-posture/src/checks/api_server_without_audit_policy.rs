//! The API server has an audit log but no policy, so the log stays empty.
//!
//! ## Why
//!
//! A request is recorded where a rule of the policy says so. Without a policy no rule does: the file or the
//! webhook is set up, nobody looks again, and on the day of the incident there is nothing in it.
//!
//! ## Mend
//!
//! Write a `Policy` of `audit.k8s.io/v1`, mount it into the static Pod and name it in `--audit-policy-file`. One
//! rule with level `Metadata` is a good beginning.
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
//!         - --audit-log-path=/var/log/kubernetes/audit.log # here
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
//! ## References
//!
//! - Kubernetes: auditing, "Audit policy"
//! - Kubernetes: reference of `kube-apiserver`

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "api-server-without-audit-policy",
    title: "Audit log has no policy and stays empty",
    message: "the audit log stays empty, because `--audit-policy-file` is not set beside `{setting}`",
    variants: &[],
    remedy: "Set `--audit-policy-file`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Run, Mode::Detective),
    controls: &[
        "owasp-2022/K05",
        "owasp-2025/K10",
        "cis-1.12/3.2.1",
        "nsa-cisa/audit-logging",
        "pci/7",
        "attack/T1685",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let backends = ["audit-log-path", "audit-webhook-config-file"];
    let Some(backend) = backends.into_iter().find(|flag| settings.has(flag)) else { return };
    if settings.lacks("audit-policy-file") {
        examination.report(settings.found(backend));
    }
}
