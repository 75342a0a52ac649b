//! The controller manager or the scheduler can be reached from other machines.
//!
//! ## Why
//!
//! Its port serves metrics, health and, where it is on, profiling. Nothing on other machines needs it in normal
//! operation, and each open port of the control plane is one more way in when a fault in its authentication is
//! found. It listens on all addresses unless `--bind-address` is set.
//!
//! ## Mend
//!
//! Set `--bind-address=127.0.0.1`, which kubeadm does by itself. Where metrics are collected from another
//! machine, let a network policy or a firewall admit that machine alone.
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
//!         - --bind-address=0.0.0.0 # here
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-scheduler
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-scheduler
//!       image: registry.k8s.io/kube-scheduler:v1.34.2
//!       command:
//!         - kube-scheduler # here
//!         - --kubeconfig=/etc/kubernetes/scheduler.conf
//! ```
//!
//! ```yaml bad
//! apiVersion: kubeadm.k8s.io/v1beta4
//! kind: ClusterConfiguration
//! scheduler:
//!   extraArgs:
//!     - name: bind-address # here
//!       value: "::"
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
//!         - --bind-address=127.0.0.1
//! ```
//!
//! ```yaml good
//! apiVersion: kubeadm.k8s.io/v1beta4
//! kind: ClusterConfiguration
//! controllerManager:
//!   extraArgs:
//!     - name: profiling
//!       value: "false"
//! ```
//!
//! ## References
//!
//! - Kubernetes: reference of `kube-controller-manager`
//! - Kubernetes: reference of `kube-scheduler`

use super::prelude::*;
use crate::component::is_loopback;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "component-bind-address",
    title: "Control plane component listens on all addresses",
    message: "{component} can be reached from other machines: `{setting}`",
    variants: &[("unset", "{component} can be reached from other machines, because `{flag}` is not set")],
    remedy: "Set `--bind-address=127.0.0.1`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K06",
        "cis-1.12/1.3.7",
        "cis-1.12/1.4.2",
        "nsa-cisa/control-plane-network",
        "nsa-cisa/control-plane-hardening",
        "pci/4",
        "attack/T1133",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ControllerManager, Component::Scheduler], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "bind-address";
    if settings.value(flag, "0.0.0.0").is_some_and(|address| !is_loopback(address)) {
        examination.report(settings.found(flag).mend(settings.mend(Safety::Unsafe, flag, "127.0.0.1")));
    }
}
