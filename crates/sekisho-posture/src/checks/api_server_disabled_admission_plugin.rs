//! An admission plugin that protects the cluster, and is on by default, is switched off.
//!
//! ## Why
//!
//! `ServiceAccount` gives Pods their identity, `NamespaceLifecycle` keeps objects out of namespaces that are
//! being deleted, the certificate plugins stop users from signing what they may not, and without the webhook
//! and policy plugins no admission webhook and no ValidatingAdmissionPolicy is asked at all. `PodSecurity` has
//! a check of its own.
//!
//! ## Mend
//!
//! Take the plugin out of `--disable-admission-plugins`.
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
//!         - --disable-admission-plugins=ServiceAccount,DefaultStorageClass # here
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
//!         - --disable-admission-plugins=DefaultStorageClass
//! ```
//!
//! ## References
//!
//! - Kubernetes: admission control

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "api-server-disabled-admission-plugin",
    title: "Protective admission plugin is switched off",
    message: "the admission plugin `{plugin}` is switched off: `{setting}`",
    variants: &[],
    remedy: "Take the plugin out of `--disable-admission-plugins`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K04",
        "owasp-2022/K09",
        "owasp-2025/K04",
        "owasp-2025/K07",
        "cis-1.12/1.2.12",
        "cis-1.12/1.2.13",
        "nsa-cisa/control-plane-hardening",
        "nist-800-190/4.3.2",
        "pci/15",
        "attack/T1685",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

/// Plugins that are on by default and whose absence opens something.
const PROTECTIVE: &[&str] = &[
    "CertificateApproval",
    "CertificateSigning",
    "CertificateSubjectRestriction",
    "MutatingAdmissionWebhook",
    "NamespaceLifecycle",
    "ServiceAccount",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionWebhook",
];

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    for (plugin, setting) in settings.items("disable-admission-plugins") {
        if PROTECTIVE.contains(&plugin) {
            examination.report(settings.found_at(setting).arg("plugin", plugin));
        }
    }
}
