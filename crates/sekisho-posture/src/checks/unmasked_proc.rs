//! A container sees all of `/proc`, without the parts that container runtimes hide.
//!
//! ## Why
//!
//! Container runtimes hide or write-protect the files of `/proc` that show or change the kernel: `sysrq-trigger`,
//! `kcore`, `sys`. With `procMount: Unmasked` a root process of the container reaches them.
//!
//! In a Pod with its own user namespace (`hostUsers: false`), the only kind that Kubernetes lets ask for this, root
//! of the container has no power over them; the finding then weighs little. It is what builds inside containers
//! need.
//!
//! ## Mend
//!
//! Remove `procMount`. For containers inside containers keep it together with `hostUsers: false`.
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
//!         procMount: Unmasked # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!       securityContext:
//!         procMount: Default
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security Standards, level baseline, "/proc Mount Type"
//! - Kubernetes API reference: `SecurityContext.procMount`

use super::prelude::*;
use crate::security_context::in_user_namespace;

/// The first minor version whose API server refuses it to a Pod without a user namespace of its own: there it
/// helps no workload that runs.
const FIRST_TO_REFUSE: u32 = 31;

pub(super) const CHECK: Check = Check {
    id: "unmasked-proc",
    title: "Container sees all of /proc",
    message: "container `{container}` sees the parts of `/proc` that runtimes hide",
    variants: &[(
        "user-namespace",
        "container `{container}` sees the parts of `/proc` that runtimes hide, from its own user namespace",
    )],
    remedy: "Remove `securityContext.procMount: Unmasked`",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "nsa-cisa/hardened-environment",
        "nist-800-190/4.4.3",
        "pci/3",
        "pss/proc-mount",
        "attack/T1611",
    ],
    cel: Some(unless_windows!("container.?securityContext.?procMount.orValue('Default') != 'Unmasked'")),
    examine: Examine::Container(examine),
};

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    let place = container.field(field!["securityContext", "procMount"]);
    if container.pod.is_windows() || place.node().and_then(Node::as_str) != Some("Unmasked") {
        return;
    }
    let mapped = in_user_namespace(container.pod);
    let old = examination.settings().kubernetes_minor.is_some_and(|minor| minor < FIRST_TO_REFUSE);
    let words = "remove `procMount: Unmasked`";
    let mend = if mapped || old { Mend::risky(words) } else { Mend::safe(words) }.remove(&place);
    let found = Found::at(place).mend(mend);
    examination.report(if mapped { found.variant("user-namespace").severity(Severity::Low) } else { found });
}
