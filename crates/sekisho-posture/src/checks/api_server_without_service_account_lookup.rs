//! The API server accepts service account tokens without asking whether they were revoked.
//!
//! ## Why
//!
//! A token is then valid as long as its signature is: deleting the service account, or the Secret that holds
//! the token, does not stop whoever stole it. The lookup is on unless it is switched off.
//!
//! ## Mend
//!
//! Remove `--service-account-lookup=false`.
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
//!         - --service-account-lookup=false # here
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
//!         - --service-account-lookup=true
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
//! ## References
//!
//! - Kubernetes: reference of `kube-apiserver`

use super::prelude::*;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "api-server-without-service-account-lookup",
    title: "Revoked service account tokens stay valid",
    message: "revoked service account tokens stay valid: `{setting}`",
    variants: &[],
    remedy: "Remove `--service-account-lookup=false`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K06",
        "owasp-2025/K09",
        "cis-1.12/1.2.21",
        "nsa-cisa/service-account-tokens",
        "nsa-cisa/control-plane-hardening",
        "pci/1",
        "attack/T1528",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "service-account-lookup";
    if settings.boolean(flag, true) == Some(false) {
        examination.report(settings.found(flag).mend(settings.mend(Safety::Safe, flag, true)));
    }
}
