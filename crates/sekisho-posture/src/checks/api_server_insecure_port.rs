//! The API server listens on a port that asks for no credential and checks no permission.
//!
//! ## Why
//!
//! Every request on this port is that of an administrator. It is meant for the loopback interface, but every
//! process on the node and every Pod on its network reaches that, and any server-side request forgery of a
//! process on the node does too. Kubernetes has refused any value but 0 since 1.20 and dropped the flag in
//! 1.24; up to 1.19 the port is open unless it is set to 0.
//!
//! ## Mend
//!
//! Remove `--insecure-port` and `--insecure-bind-address`, or set the port to 0 up to Kubernetes 1.23. Then
//! upgrade to a version that has no such port.
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
//!         - --insecure-port=8080 # here
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
//!         - --insecure-bind-address=0.0.0.0 # here
//!         - --insecure-port=8080 # here
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
//!         - --secure-port=6443
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
//!         - --insecure-port=0
//! ```
//!
//! ## References
//!
//! - Kubernetes: controlling access to the Kubernetes API
//! - Kubernetes: reference of `kube-apiserver`

use super::prelude::*;
use crate::component::is_loopback;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "api-server-insecure-port",
    title: "API server listens without authentication",
    message: "the API server listens on a port without authentication: `{setting}`",
    variants: &[(
        "unset",
        "the API server of this version listens on port 8080 without authentication, because `{flag}` is not set",
    )],
    remedy: "Remove `--insecure-port` and `--insecure-bind-address`",
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K06",
        "owasp-2022/K09",
        "owasp-2025/K06",
        "owasp-2025/K07",
        "nsa-cisa/anonymous-access",
        "nsa-cisa/control-plane-hardening",
        "nsa-cisa/tls-encryption",
        "nist-800-190/4.3.2",
        "pci/1",
        "attack/T1190",
        "microsoft-threat-matrix/MS-TA9005",
        "microsoft-threat-matrix/MS-TA9029",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

/// The last minor version that opens the port by itself.
const OPEN_UNTIL: u32 = 19;

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "insecure-port";
    let old = settings.kubernetes_minor.is_some_and(|minor| minor <= OPEN_UNTIL);
    if settings.integer(flag, if old { 8080 } else { 0 }).is_some_and(|port| port != 0) {
        examination.report(settings.found(flag).mend(settings.mend(Safety::Unsafe, flag, 0)));
    }
    let address = "insecure-bind-address";
    let closed = settings.has(flag) && settings.integer(flag, 8080) == Some(0);
    let exposed = settings.value(address, "127.0.0.1").is_some_and(|address| !is_loopback(address));
    if exposed && !closed {
        examination.report(settings.found(address));
    }
}
