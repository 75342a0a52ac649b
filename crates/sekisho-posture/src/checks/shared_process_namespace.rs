//! The containers of a Pod see and may signal each other's processes.
//!
//! ## Why
//!
//! With `shareProcessNamespace: true` a captured sidecar reads the command lines of the other containers, and their
//! memory, environment and files through `/proc` where the users are the same.
//!
//! ## Mend
//!
//! Remove `shareProcessNamespace: true`. For debugging, an ephemeral container with `kubectl debug --target` sees the
//! processes of one container.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   shareProcessNamespace: true # here
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!     - name: log
//!       image: registry.example.com/log:2.0.1
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
//!     - name: log
//!       image: registry.example.com/log:2.0.1
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: "Share Process Namespace between Containers in a Pod"

use super::prelude::*;
pub(super) const CHECK: Check = Check {
    id: "shared-process-namespace",
    title: "Containers of a Pod share their processes",
    message: "the containers of the Pod see each other's processes",
    variants: &[],
    remedy: "Remove `shareProcessNamespace: true`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &["owasp-2022/K01", "owasp-2025/K01", "cis-1.12/5.6.3", "nist-800-190/4.4.3", "pci/3"],
    cel: Some("!pod.?shareProcessNamespace.orValue(false)"),
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    let place = pod.field(field!["shareProcessNamespace"]);
    if place.node().and_then(Node::as_bool) != Some(true) {
        return;
    }
    let words = "remove `shareProcessNamespace: true`";
    // A container that is alone shares with no one.
    let alone = pod.containers().len() == 1;
    let mend = if alone { Mend::safe(words) } else { Mend::risky(words) }.remove(&place);
    examination.report(Found::at(place).mend(mend));
}
