//! Without `allowPrivilegeEscalation: false` a process of the container may gain more rights than its parent had.
//!
//! ## Why
//!
//! Kubernetes lets a process gain privileges unless it is told not to: a set-user-ID program or one with file
//! capabilities in the image turns an ordinary user into root. `allowPrivilegeEscalation: false` sets the
//! kernel's `no_new_privs` flag, which no later step can take back.
//!
//! A privileged container, and one that adds `SYS_ADMIN`, may always escalate: there the other fault is the
//! one to mend, and this check says nothing. Windows has no such flag.
//!
//! ## Mend
//!
//! Set `allowPrivilegeEscalation: false` in the security context of every container, init containers included.
//! The field has no counterpart in the Pod's own security context.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   containers:
//!     - name: web # here
//!       image: registry.example.com/web:1.4.2
//!     - name: log
//!       image: registry.example.com/log:2.0.1
//!       securityContext:
//!         allowPrivilegeEscalation: true # here
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
//!         allowPrivilegeEscalation: false
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security Standards, level restricted, "Privilege Escalation"
//! - Linux kernel: Documentation/userspace-api/no_new_privs.rst

use super::prelude::*;
use crate::security_context::{adds_any, is_privileged};

pub(super) const CHECK: Check = Check {
    id: "privilege-escalation",
    title: "Container may gain privileges",
    message: "processes of container `{container}` may gain privileges: `allowPrivilegeEscalation` is not `false`",
    variants: &[],
    remedy: "Set `securityContext.allowPrivilegeEscalation: false`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "cis-1.12/5.2.6",
        "cis-1.12/5.6.3",
        "nsa-cisa/privilege-escalation",
        "nist-800-190/4.4.3",
        "pci/3",
        "pss/privilege-escalation",
        "attack/T1068",
    ],
    cel: Some(unless_windows!(
        "!container.?securityContext.?allowPrivilegeEscalation.orValue(true) || ",
        "container.?securityContext.?privileged.orValue(false) || ",
        "container.?securityContext.?capabilities.?add.orValue([]).exists(name, ",
        "name.upperAscii() in ['ALL', 'CAP_ALL', 'SYS_ADMIN', 'CAP_SYS_ADMIN'])"
    )),
    examine: Examine::Container(examine),
};

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    let place = container.field(field!["securityContext", "allowPrivilegeEscalation"]);
    let forbidden = place.node().and_then(Node::as_bool) == Some(false);
    if forbidden || container.pod.is_windows() || container.is_patch() && place.node().is_none() {
        return;
    }
    // The API server refuses `false` beside either of these.
    if is_privileged(container) || adds_any(container, &["ALL", "SYS_ADMIN"]) {
        return;
    }
    let mend = Mend::safe("set `allowPrivilegeEscalation: false`").set(&place, false);
    examination.report(Found::at(place).mend(mend));
}
