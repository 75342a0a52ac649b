//! A container may write to its own root file system.
//!
//! ## Why
//!
//! Whoever gets into the container can put tools there, change the program that runs, or hide a way back in.
//! With a read-only root file system only the volumes are left, and those can be looked at.
//!
//! Ephemeral containers are for debugging and go with their Pod; they are not looked at. Windows needs a
//! writable file system.
//!
//! ## Mend
//!
//! Set `readOnlyRootFilesystem: true` and mount an `emptyDir` at the few paths the program writes to,
//! usually `/tmp` and a cache.
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
//!         readOnlyRootFilesystem: false # here
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
//!         readOnlyRootFilesystem: true
//!       volumeMounts:
//!         - name: scratch
//!           mountPath: /tmp
//!   volumes:
//!     - name: scratch
//!       emptyDir: {}
//! ```
//!
//! ## References
//!
//! - Kubernetes API reference: `SecurityContext.readOnlyRootFilesystem`

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "writable-root-filesystem",
    title: "Container may write to its root file system",
    message: "container `{container}` may write to its root file system",
    variants: &[],
    remedy: "Set `securityContext.readOnlyRootFilesystem: true` and mount volumes where the program writes",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "cis-1.12/5.6.3",
        "nsa-cisa/immutable-filesystem",
        "nist-800-190/4.4.4",
        "pci/3",
    ],
    cel: Some(unless_windows!(
        "container.?securityContext.?readOnlyRootFilesystem.orValue(false) || ",
        "pod.?ephemeralContainers.orValue([]).exists(other, other.name == container.name)"
    )),
    examine: Examine::Container(examine),
};

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    let place = container.field(field!["securityContext", "readOnlyRootFilesystem"]);
    let read_only = place.node().and_then(Node::as_bool) == Some(true);
    let exempt = container.pod.is_windows() || container.role == ContainerRole::Ephemeral;
    if read_only || exempt || container.is_patch() && place.node().is_none() {
        return;
    }
    let mend = Mend::risky("set `readOnlyRootFilesystem: true`").set(&place, true);
    examination.report(Found::at(place).mend(mend));
}
