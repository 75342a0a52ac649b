//! Pod Security admission is switched off in the API server.
//!
//! ## Why
//!
//! The labels `pod-security.kubernetes.io/enforce` of all namespaces then have no effect: a Pod that is
//! privileged or takes the host's disk is admitted where the namespace forbids it, and nothing says so.
//!
//! ## Mend
//!
//! Take `PodSecurity` out of `--disable-admission-plugins` and remove the feature gate. Where another policy
//! engine does the work, leave Pod Security on and set the namespaces' level to what that engine allows.
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
//!         - --disable-admission-plugins=PodSecurity # here
//! ```
//!
//! ```yaml bad
//! apiVersion: kubeadm.k8s.io/v1beta4
//! kind: ClusterConfiguration
//! apiServer:
//!   extraArgs:
//!     - name: feature-gates # here
//!       value: PodSecurity=false
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
//!         - --enable-admission-plugins=NodeRestriction,PodSecurity
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security admission

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "api-server-without-pod-security",
    title: "Pod Security admission is switched off",
    message: "Pod Security admission is switched off: `{setting}`",
    variants: &[],
    remedy: "Take `PodSecurity` out of `--disable-admission-plugins`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K04",
        "owasp-2025/K04",
        "cis-1.12/5.2.1",
        "nsa-cisa/pod-security-enforcement",
        "nsa-cisa/control-plane-hardening",
        "nist-800-190/4.4.3",
        "pci/3",
        "attack/T1685",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let plugins = settings.items("disable-admission-plugins");
    for (_, setting) in plugins.into_iter().filter(|(plugin, _)| *plugin == "PodSecurity") {
        examination.report(settings.found_at(setting));
    }
    if let Some((false, setting)) = settings.gate("PodSecurity") {
        examination.report(settings.found_at(setting));
    }
}
