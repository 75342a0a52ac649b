//! Without `allowPrivilegeEscalation: false` a process of the container may gain more rights than its parent had.
//!
//! ## Why
//!
//! Kubernetes lets a process gain privileges unless it is told not to: a set-user-ID program or one with file
//! capabilities in the image turns an ordinary user into root. `allowPrivilegeEscalation: false` sets the
//! kernel's `no_new_privs` flag, which no later step can take back.
//!
//! Capabilities that a container adds make it worse: a process of another user than root does not hold them until
//! such a program gives them to it. Beside `privileged: true`, and beside a capability that is written
//! `CAP_SYS_ADMIN`, the API server refuses the field: there the other fault is the one to mend, and this check says
//! nothing. Windows has no such flag.
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
//!     - name: mount
//!       image: registry.example.com/mount:0.3.0
//!       securityContext: # here
//!         runAsUser: 1000
//!         capabilities:
//!           add: [SYS_ADMIN]
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
//!     - name: node
//!       image: registry.example.com/node:3.1.0
//!       securityContext:
//!         privileged: true
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
        "container.?securityContext.?capabilities.?add.orValue([]).exists(name, name == 'CAP_SYS_ADMIN')"
    )),
    examine: Examine::Container(examine),
};

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    let place = container.field(field!["securityContext", "allowPrivilegeEscalation"]);
    let forbidden = place.node().and_then(Node::as_bool) == Some(false);
    if forbidden || container.pod.is_windows() || container.is_patch() && place.node().is_none() {
        return;
    }
    // The API server refuses `false` beside either of these. Written `SYS_ADMIN` it takes it.
    if is_privileged(container) || adds_by_long_name(container) {
        return;
    }
    let words = "set `allowPrivilegeEscalation: false`";
    // Who adds these may count on a set-user-ID program to get them, as FUSE does.
    let needed = adds_any(container, &["ALL", "SYS_ADMIN"]);
    let mend = if needed { Mend::risky(words) } else { Mend::safe(words) }.set(&place, false);
    examination.report(Found::at(place).mend(mend));
}

/// Whether the container adds the one capability that the API server looks for, in the one spelling.
fn adds_by_long_name(container: &Container<'_>) -> bool {
    container
        .security("capabilities")
        .is_some_and(|capabilities| capabilities.strings("add").any(|name| name == "CAP_SYS_ADMIN"))
}
