//! The API server makes the tokens that Pods receive valid for a year instead of an hour.
//!
//! ## Why
//!
//! Kubernetes lengthens projected tokens so that clients which never read the file again keep working. A token
//! that leaks from a log or a core dump then opens the cluster for a year, unless its Pod is deleted. Every
//! client library since 2020 reads the file again in time. The extension is on unless it is switched off.
//!
//! ## Mend
//!
//! Watch the metric `serviceaccount_stale_tokens_total`; where it does not grow, set
//! `--service-account-extend-token-expiration=false`.
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
//!   certSANs: [api.example.com]
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
//!         - --service-account-extend-token-expiration=false
//! ```
//!
//! ## References
//!
//! - Kubernetes: managing service accounts, "Bound service account tokens"
//! - Kubernetes: reference of `kube-apiserver`

use super::prelude::*;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "api-server-extended-service-account-tokens",
    title: "Service account tokens are valid for a year",
    message: "the tokens of Pods are valid for a year: `{setting}`",
    variants: &[("unset", "the tokens of Pods are valid for a year, because `{flag}` is not set")],
    remedy: "Set `--service-account-extend-token-expiration=false`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K06",
        "owasp-2025/K09",
        "cis-1.12/1.2.30",
        "nsa-cisa/service-account-tokens",
        "pci/1",
        "attack/T1528",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

/// The first minor version that extends tokens, and has the flag.
const SINCE: u32 = 19;

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "service-account-extend-token-expiration";
    let known = settings.kubernetes_minor.is_none_or(|minor| minor >= SINCE);
    if known && settings.boolean(flag, true) == Some(true) {
        examination.report(settings.found(flag).mend(settings.mend(Safety::Unsafe, flag, false)));
    }
}
