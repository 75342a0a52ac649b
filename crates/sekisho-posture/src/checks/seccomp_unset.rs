//! Nothing limits the system calls of a container: no seccomp profile is set.
//!
//! ## Why
//!
//! Without a profile a container may make every system call of the node's kernel, and most holes of the kernel are
//! behind one that programs never use. The runtime's own profile (`RuntimeDefault`) forbids those and disturbs
//! hardly any program.
//!
//! What is said of the Pod counts for every container that says nothing itself. The annotations of old versions
//! are read no longer since Kubernetes 1.27; a profile that only an annotation names is none. A kubelet that was
//! started with `--seccomp-default` sets the profile by itself, which no manifest shows. Privileged containers run
//! without a profile whatever is said, and Windows has none.
//!
//! ## Mend
//!
//! Set `seccompProfile` with `type: RuntimeDefault` in the Pod's security context.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec: # here
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!     - name: log
//!       image: registry.example.com/log:2.0.1
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!       securityContext:
//!         seccompProfile:
//!           type: RuntimeDefault
//!     - name: log # here
//!       image: registry.example.com/log:2.0.1
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//!   annotations:
//!     seccomp.security.alpha.kubernetes.io/pod: runtime/default # here
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//!   annotations:
//!     container.seccomp.security.alpha.kubernetes.io/web: unconfined # here
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
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
//!       type: RuntimeDefault
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security Standards, level restricted, "Seccomp"
//! - CIS Kubernetes Benchmark 1.12, 5.6.2

use super::prelude::*;
use crate::seccomp::{Profile, is_of_pod, profile, set_runtime_default};
use crate::security_context::is_privileged;

pub(super) const CHECK: Check = Check {
    id: "seccomp-unset",
    title: "No seccomp profile is set",
    message: "nothing limits the system calls of the Pod: no seccomp profile is set",
    variants: &[
        (
            "container",
            "nothing limits the system calls of container `{container}`: no seccomp profile is set",
        ),
        ("annotation", "the seccomp annotation is read no longer: nothing limits the system calls"),
    ],
    remedy: "Set `seccompProfile.type: RuntimeDefault` in the Pod's security context",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "cis-1.12/5.6.2",
        "nsa-cisa/hardened-environment",
        "nist-800-190/4.4.3",
        "pci/3",
        "pss/seccomp-restricted",
        "attack/T1611",
    ],
    cel: Some(unless_windows!(each_container!(
        "container.?securityContext.?privileged.orValue(false) || ",
        "container.?securityContext.?seccompProfile.or(pod.?securityContext.?seccompProfile)",
        ".?type.orValue('') != ''"
    ))),
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    if pod.is_windows() {
        return;
    }
    let minor = examination.settings().kubernetes_minor;
    let containers = pod.containers();
    let confinable: Vec<_> = containers
        .iter()
        .filter(|container| !is_privileged(container) && !container.is_patch())
        .map(|container| (container, profile(container, minor)))
        .collect();
    let of_pod = pod.field(field!["securityContext", "seccompProfile"]);
    let all = confinable.iter().all(|(_, profile)| matches!(profile, Profile::Unset));
    if all && !confinable.is_empty() && of_pod.node().is_none_or(Node::is_null) {
        let mend = set_runtime_default(Mend::safe, &of_pod);
        examination.report(Found::at(of_pod).mend(mend));
        return;
    }
    let mut annotations = Vec::new();
    for (container, profile) in confinable {
        let of_container = container.field(field!["securityContext", "seccompProfile"]);
        match profile {
            Profile::Unset => {
                let mend = set_runtime_default(Mend::safe, &of_container);
                examination
                    .report(Found::at(of_container).variant("container").container(container).mend(mend));
            }
            Profile::Unread(place) if !annotations.contains(&place.path) => {
                annotations.push(place.path.clone());
                let target = if is_of_pod(&place) { &of_pod } else { &of_container };
                // A profile of the node has no counterpart that is known to do.
                let mend = match place.node().and_then(Node::as_str) {
                    Some("runtime/default" | "docker/default") => {
                        Some(set_runtime_default(Mend::safe, target).remove(&place))
                    }
                    Some("unconfined") => Some(set_runtime_default(Mend::risky, target).remove(&place)),
                    _ => None,
                };
                let found = Found::at(place).variant("annotation").confidence(Confidence::High);
                examination.report(match mend {
                    Some(mend) => found.mend(mend),
                    None => found,
                });
            }
            Profile::Unread(_) | Profile::Unconfined(_) | Profile::Confined => {}
        }
    }
}
