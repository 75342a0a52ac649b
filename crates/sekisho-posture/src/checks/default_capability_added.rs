//! A container adds back a capability of the set that runtimes grant by default, which the restricted level refuses.
//!
//! ## Why
//!
//! The default set holds capabilities to pass over file permissions (`DAC_OVERRIDE`, `FOWNER`, `CHOWN`), to become
//! another user (`SETUID`, `SETGID`) and to make device files (`MKNOD`). Level restricted of the Pod Security
//! Standards lets a container add `NET_BIND_SERVICE` alone. Pod Security compares names to the letter: a name in
//! lower case is refused by level baseline too, though container runtimes take it.
//!
//! Who sees this has usually dropped `ALL` before, which matters more. A privileged container has every capability
//! anyway, and Windows has none; there this check says nothing.
//!
//! ## Mend
//!
//! Let the image prepare what the program needs when it is built: files that belong to its user, a port above
//! 1023. Then take the capability out of `add`.
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
//!         capabilities:
//!           drop: [ALL]
//!           add:
//!             - NET_BIND_SERVICE
//!             - CHOWN # here
//!             - setuid # here
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

use super::prelude::*;
use crate::capability;
use crate::security_context::{added_capabilities, cannot_hold_capabilities, is_privileged};

pub(super) const CHECK: Check = Check {
    id: "default-capability-added",
    title: "Container adds back a default capability",
    message: "container `{container}` adds the default capability `{capability}`",
    variants: &[],
    remedy: "Take the capability out of `securityContext.capabilities.add`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "cis-1.12/5.2.9",
        "nsa-cisa/capabilities",
        "nist-800-190/4.4.3",
        "pci/3",
        "pss/capabilities-restricted",
    ],
    cel: None,
    examine: Examine::Container(examine),
};

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    if container.pod.is_windows() || is_privileged(container) {
        return;
    }
    for (place, name) in added_capabilities(container) {
        let written = place.node().and_then(Node::as_str);
        if capability::is_baseline(&name) && written != Some("NET_BIND_SERVICE") {
            let words = "take the capability out of `capabilities.add`";
            let idle = cannot_hold_capabilities(container);
            let mend = if idle { Mend::safe(words) } else { Mend::risky(words) }.remove(&place);
            examination.report(Found::at(place).arg("capability", name).mend(mend));
        }
    }
}
