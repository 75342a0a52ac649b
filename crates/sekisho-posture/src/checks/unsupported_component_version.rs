//! A component of the cluster runs a minor release of Kubernetes that is out of support.
//!
//! ## Why
//!
//! The project supports a minor release for about fourteen months. After that nobody looks whether a new fault
//! is in it, and no fix is made for it; the faults that newer releases mend are public.
//!
//! ## Mend
//!
//! Upgrade, one minor release after the other, the control plane first. Providers of managed clusters mend some
//! older releases for longer and at a price; that buys time for the upgrade.
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
//!       image: registry.k8s.io/kube-apiserver:v1.29.14 # here
//!       command:
//!         - kube-apiserver
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
//! ```
//!
//! ## References
//!
//! - Kubernetes: releases, "End of life" of each minor release
//! - Kubernetes: version skew policy

use super::prelude::*;

use crate::kubernetes_release::outdated;

pub(super) const CHECK: Check = Check {
    id: "unsupported-component-version",
    title: "Component's release is out of support",
    message: "{component} runs Kubernetes {version}, which has had no fixes since {date}",
    variants: &[],
    remedy: "Upgrade to a minor release that is supported",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Run, Mode::Preventive),
    controls: &[
        "owasp-2022/K10",
        "owasp-2025/K07",
        "nsa-cisa/vulnerability-patching",
        "nist-800-190/4.3.5",
        "pci/10",
        "pci/14",
        "attack/T1190",
    ],
    cel: None,
    examine: Examine::Component(
        &[
            Component::ApiServer,
            Component::ControllerManager,
            Component::Scheduler,
            Component::Kubelet,
            Component::KubeProxy,
        ],
        examine,
    ),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let Some(today) = examination.settings().today else { return };
    let Some((image, minor)) = settings.image.clone().zip(settings.kubernetes_minor) else { return };
    if let Some(found) = outdated(image, minor, today) {
        let found = found.arg("component", settings.component.title());
        examination.report(settings.in_container(found));
    }
}
