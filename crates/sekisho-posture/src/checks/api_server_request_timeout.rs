//! The API server lets a request run for very long.
//!
//! ## Why
//!
//! Each slow request holds memory and a place in the queue. A few hundred of them, sent on purpose, keep others
//! out. One minute is the default; watches and exec sessions do not count.
//!
//! ## Mend
//!
//! Remove `--request-timeout`, or keep it at five minutes or less.
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
//!         - --request-timeout=1h # here
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
//!         - --request-timeout=300s
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
use sekisho_manifest::Duration;

pub(super) const CHECK: Check = Check {
    id: "api-server-request-timeout",
    title: "API server lets requests run for very long",
    message: "the API server lets a request run for more than five minutes: `{setting}`",
    variants: &[],
    remedy: "Keep `--request-timeout` at five minutes or less",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "cis-1.12/1.2.20",
        "nsa-cisa/control-plane-hardening",
        "pci/15",
        "attack/T1499",
        "microsoft-threat-matrix/MS-TA9040",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

const LIMIT: Duration = Duration::from_seconds(300);

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "request-timeout";
    if settings.duration(flag).is_some_and(|duration| duration > LIMIT) {
        examination.report(settings.found(flag).mend(settings.mend(Safety::Safe, flag, "1m")));
    }
}
