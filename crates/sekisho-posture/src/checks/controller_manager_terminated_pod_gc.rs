//! The controller manager never removes Pods that have ended.
//!
//! ## Why
//!
//! Ended Pods stay in etcd and in every list of Pods. Jobs that fail in a loop, or somebody who makes them on
//! purpose, fill the store until the cluster is slow or stops. Up to 12,500 are kept unless it is set
//! otherwise; 0 or less keeps all.
//!
//! ## Mend
//!
//! Remove `--terminated-pod-gc-threshold` or set it to a number that fits the cluster.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-controller-manager
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-controller-manager
//!       image: registry.k8s.io/kube-controller-manager:v1.34.2
//!       command:
//!         - kube-controller-manager
//!         - --terminated-pod-gc-threshold=0 # here
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-controller-manager
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-controller-manager
//!       image: registry.k8s.io/kube-controller-manager:v1.34.2
//!       command:
//!         - kube-controller-manager
//!         - --terminated-pod-gc-threshold # here
//!         - "-1"
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-controller-manager
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-controller-manager
//!       image: registry.k8s.io/kube-controller-manager:v1.34.2
//!       command:
//!         - kube-controller-manager
//!         - --terminated-pod-gc-threshold=1000
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-controller-manager
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-controller-manager
//!       image: registry.k8s.io/kube-controller-manager:v1.34.2
//!       command:
//!         - kube-controller-manager
//!         - --use-service-account-credentials=true
//! ```
//!
//! ## References
//!
//! - Kubernetes: reference of `kube-controller-manager`

use super::prelude::*;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "controller-manager-terminated-pod-gc",
    title: "Ended Pods are never removed",
    message: "ended Pods are never removed: `{setting}`",
    variants: &[],
    remedy: "Set `--terminated-pod-gc-threshold` above 0",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "cis-1.12/1.3.1",
        "nsa-cisa/control-plane-hardening",
        "pci/11",
        "attack/T1499",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ControllerManager], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "terminated-pod-gc-threshold";
    if settings.integer(flag, 12_500).is_some_and(|threshold| threshold <= 0) {
        examination.report(settings.found(flag).mend(settings.mend(Safety::Safe, flag, 1000)));
    }
}
