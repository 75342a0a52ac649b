//! The manifest turns seccomp off for a container.
//!
//! ## Why
//!
//! `Unconfined` lets the container make every system call of the node's kernel. Unlike a profile that was never
//! set, it also overrules a kubelet that would set the runtime's profile by default.
//!
//! The annotations of old versions say it only up to Kubernetes 1.26.
//!
//! ## Mend
//!
//! Use `type: RuntimeDefault`. Where a program needs a call that this profile forbids, write a profile for it and
//! name it with `type: Localhost`.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   securityContext:
//!     seccompProfile:
//!       type: Unconfined # here
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!     - name: log
//!       image: registry.example.com/log:2.0.1
//!       securityContext:
//!         seccompProfile:
//!           type: Unconfined # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   securityContext:
//!     seccompProfile:
//!       type: Unconfined
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!       securityContext:
//!         seccompProfile:
//!           type: RuntimeDefault
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security Standards, level baseline, "Seccomp"
//! - CIS Kubernetes Benchmark 1.12, 5.6.2

use super::prelude::*;
use crate::seccomp::{Profile, profile, set_runtime_default};

pub(super) const CHECK: Check = Check {
    id: "seccomp-unconfined",
    title: "Seccomp is turned off",
    message: "seccomp is turned off for container `{container}`",
    variants: &[("pod", "seccomp is turned off for the containers of the Pod")],
    remedy: "Set `seccompProfile.type: RuntimeDefault`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "cis-1.12/5.6.2",
        "nsa-cisa/hardened-environment",
        "nist-800-190/4.4.3",
        "pci/3",
        "pss/seccomp",
        "pss/seccomp-restricted",
        "attack/T1611",
    ],
    cel: Some(unless_windows!(each_container!(
        "container.?securityContext.?seccompProfile.or(pod.?securityContext.?seccompProfile)",
        ".?type.orValue('') != 'Unconfined'"
    ))),
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    if pod.is_windows() {
        return;
    }
    let minor = examination.settings().kubernetes_minor;
    let of_pod = pod.field(field!["securityContext", "seccompProfile"]);
    let mut reported = Vec::new();
    for container in &pod.containers() {
        let Profile::Unconfined(place) = profile(container, minor) else { continue };
        if reported.contains(&place.path) {
            continue;
        }
        reported.push(place.path.clone());
        let of_container = container.field(field!["securityContext", "seccompProfile"]);
        let own = place.path.parent().as_ref() == Some(&of_container.path);
        let annotated = place.path.parent() == Some(pod.metadata_field(field!["annotations"]).path);
        let for_container = own || annotated && !crate::seccomp::is_of_pod(&place);
        let target = if for_container { of_container } else { of_pod.clone() };
        let mut mend = set_runtime_default(Mend::risky, &target);
        if annotated {
            mend = mend.remove(&place);
        }
        let found = Found::at(place).mend(mend);
        examination.report(if for_container { found.container(container) } else { found.variant("pod") });
    }
}
