//! The API server runs the admission plugin `AlwaysAdmit`.
//!
//! ## Why
//!
//! The plugin lets every request through. In the list of older versions it takes the place of the plugins that
//! would have looked at the request; in newer ones it does nothing but show that somebody meant to switch
//! admission off.
//!
//! ## Mend
//!
//! Take `AlwaysAdmit` out of `--enable-admission-plugins`.
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
//!         - --enable-admission-plugins=AlwaysAdmit # here
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
//!         - --enable-admission-plugins=NodeRestriction
//! ```
//!
//! ## References
//!
//! - Kubernetes: admission control, "AlwaysAdmit"

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "api-server-always-admit",
    title: "API server admits every request",
    message: "the admission plugin `AlwaysAdmit` is on: `{setting}`",
    variants: &[],
    remedy: "Take `AlwaysAdmit` out of the list of admission plugins",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K04",
        "owasp-2025/K04",
        "cis-1.12/1.2.10",
        "nsa-cisa/control-plane-hardening",
        "nist-800-190/4.3.2",
        "pci/15",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    for flag in ["enable-admission-plugins", "admission-control"] {
        for (_, setting) in settings.items(flag).into_iter().filter(|(plugin, _)| *plugin == "AlwaysAdmit") {
            examination.report(settings.found_at(setting));
        }
    }
}
