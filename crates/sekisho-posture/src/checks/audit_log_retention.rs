//! The audit log of the API server is kept too short, or grows without limit.
//!
//! ## Why
//!
//! Attacks are often found weeks after they began. A log that was overwritten by then explains nothing; a log
//! without limit fills the disk of the control plane until the API server stops. A limit that is not set, or is
//! 0, is none.
//!
//! ## Mend
//!
//! Set `--audit-log-maxage=30`, `--audit-log-maxbackup=10` and `--audit-log-maxsize=100`, or more, and ship the
//! log elsewhere.
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
//!         - --audit-policy-file=/etc/kubernetes/audit-policy.yaml
//!         - --audit-log-path=/var/log/kubernetes/audit.log # here
//!         - --audit-log-maxage=30
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
//!         - kube-apiserver
//!         - --audit-log-path=/var/log/kubernetes/audit.log
//!         - --audit-log-maxage=3 # here
//!         - --audit-log-maxbackup=10
//!         - --audit-log-maxsize=100
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
//!         - --audit-log-path=/var/log/kubernetes/audit.log
//!         - --audit-log-maxage=30
//!         - --audit-log-maxbackup=10
//!         - --audit-log-maxsize=100
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
//!         - --audit-log-path=-
//! ```
//!
//! ## References
//!
//! - Kubernetes: auditing, "Log backend"
//! - Kubernetes: reference of `kube-apiserver`

use super::prelude::*;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "audit-log-retention",
    title: "Audit log is kept too short or without limit",
    message: "the audit log is kept too short: `{setting}`, at least {least} is wanted",
    variants: &[("unlimited", "the audit log has no limit by {flags}")],
    remedy: "Set `--audit-log-maxage=30`, `--audit-log-maxbackup=10` and `--audit-log-maxsize=100`, or more",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Run, Mode::Detective),
    controls: &[
        "owasp-2022/K05",
        "owasp-2025/K10",
        "cis-1.12/1.2.17",
        "cis-1.12/1.2.18",
        "cis-1.12/1.2.19",
        "nsa-cisa/audit-logging",
        "pci/7",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

/// The limits and the least that each should be: days, files, megabytes.
const LIMITS: &[(&str, i64)] =
    &[("audit-log-maxage", 30), ("audit-log-maxbackup", 10), ("audit-log-maxsize", 100)];

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let Some(path) = settings.setting("audit-log-path") else { return };
    // `-` is standard output, which the container runtime rotates.
    if matches!(path.value.as_deref(), Some("" | "-")) {
        return;
    }
    let mut missing = Vec::new();
    for (flag, least) in LIMITS {
        match settings.integer(flag, 0) {
            Some(0) => missing.push(format!("`--{flag}`")),
            Some(limit) if limit < *least => {
                let mend = settings.mend(Safety::Safe, flag, *least);
                examination.report(settings.found(flag).arg("least", least.to_string()).mend(mend));
            }
            _ => {}
        }
    }
    if !missing.is_empty() {
        let found = settings.found_at(path).variant("unlimited");
        examination.report(found.arg("flags", missing.join(", ")));
    }
}
