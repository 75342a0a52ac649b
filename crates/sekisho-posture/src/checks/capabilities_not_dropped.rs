//! A container keeps the Linux capabilities that its runtime grants by default.
//!
//! ## Why
//!
//! Container runtimes grant up to fourteen capabilities to every container that does not drop them, among them
//! those for raw packets, for the files of other users and for set-user-ID programs. Few programs need one.
//!
//! A privileged container has every capability whatever it drops; there `privileged-container` is the finding.
//! A container that adds `ALL` is the subject of `dangerous-capability`. Windows has no capabilities.
//!
//! ## Mend
//!
//! Drop `ALL`, then add back the one that the program needs, most often `NET_BIND_SERVICE`, `CHOWN` or `SETUID`
//! with `SETGID`. For a container that cannot be root and cannot gain privileges the change takes nothing
//! away, unless its program carries file capabilities.
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
//!         capabilities:
//!           drop: [NET_RAW] # here
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
//!         capabilities:
//!           drop: [ALL]
//!           add: [NET_BIND_SERVICE]
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security Standards, level restricted, "Capabilities"
//! - CIS Kubernetes Benchmark 1.12, 5.2.9

use super::prelude::*;
use crate::security_context::{adds_any, cannot_hold_capabilities, drops_all, is_privileged};

pub(super) const CHECK: Check = Check {
    id: "capabilities-not-dropped",
    title: "Container keeps the default capabilities",
    message: "container `{container}` does not drop all capabilities",
    variants: &[],
    remedy: "Set `securityContext.capabilities.drop: [ALL]` and add back only what is needed",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "cis-1.12/5.2.8",
        "cis-1.12/5.2.9",
        "cis-1.12/5.6.3",
        "nsa-cisa/capabilities",
        "nist-800-190/4.4.3",
        "pci/3",
        "pss/capabilities-restricted",
        "microsoft-threat-matrix/MS-TA9036",
    ],
    cel: Some(unless_windows!(
        "container.?securityContext.?capabilities.?drop.orValue([]).exists(name, ",
        "name.upperAscii() in ['ALL', 'CAP_ALL']) || ",
        "container.?securityContext.?capabilities.?add.orValue([]).exists(name, ",
        "name.upperAscii() in ['ALL', 'CAP_ALL']) || ",
        "container.?securityContext.?privileged.orValue(false)"
    )),
    examine: Examine::Container(examine),
};

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    let place = container.field(field!["securityContext", "capabilities", "drop"]);
    if container.pod.is_windows() || drops_all(container) || container.is_patch() && place.node().is_none() {
        return;
    }
    if is_privileged(container) || adds_any(container, &["ALL"]) {
        return;
    }
    let mend = if cannot_hold_capabilities(container) {
        Mend::safe("drop all capabilities")
    } else {
        Mend::risky("drop all capabilities")
    };
    let mend = mend.set(&place, vec!["ALL"]);
    examination.report(Found::at(place).mend(mend));
}
