//! kube-proxy serves metrics to other machines.
//!
//! ## Why
//!
//! The port needs no credential, tells which Services the cluster has and how much traffic they get, and serves
//! profiles where these are on. It listens on the loopback interface by default.
//!
//! ## Mend
//!
//! Remove `metricsBindAddress`, or set `127.0.0.1:10249`. Where metrics are collected, let a proxy that checks
//! credentials stand before it.
//!
//! ```yaml bad
//! apiVersion: kubeproxy.config.k8s.io/v1alpha1
//! kind: KubeProxyConfiguration
//! metricsBindAddress: 0.0.0.0:10249 # here
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-proxy
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-proxy
//!       image: registry.k8s.io/kube-proxy:v1.34.2
//!       command:
//!         - kube-proxy
//!         - --metrics-bind-address=0.0.0.0 # here
//! ```
//!
//! ```yaml good
//! apiVersion: kubeproxy.config.k8s.io/v1alpha1
//! kind: KubeProxyConfiguration
//! metricsBindAddress: 127.0.0.1:10249
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-proxy
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-proxy
//!       image: registry.k8s.io/kube-proxy:v1.34.2
//!       command:
//!         - kube-proxy
//!         - --config=/var/lib/kube-proxy/config.conf
//! ```
//!
//! ## References
//!
//! - Kubernetes: kube-proxy configuration, `KubeProxyConfiguration` v1alpha1

use super::prelude::*;
use crate::component::is_loopback;
use sekisho_finding::Safety;

pub(super) const CHECK: Check = Check {
    id: "kube-proxy-metrics-bind-address",
    title: "kube-proxy serves metrics to other machines",
    message: "kube-proxy serves metrics to other machines: `{setting}`",
    variants: &[],
    remedy: "Set `metricsBindAddress: 127.0.0.1:10249`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "cis-1.12/4.3.1",
        "nsa-cisa/worker-node-hardening",
        "pci/4",
        "attack/T1613",
    ],
    cel: None,
    examine: Examine::Component(&[Component::KubeProxy], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "metrics-bind-address";
    if settings.value(flag, "127.0.0.1").is_some_and(|address| !is_loopback(address)) {
        examination.report(settings.found(flag).mend(settings.mend(Safety::Unsafe, flag, "127.0.0.1:10249")));
    }
}
