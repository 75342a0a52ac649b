//! A Pod shares memory and message queues with the processes of its node.
//!
//! ## Why
//!
//! In the node's IPC namespace a container can read and write the shared memory of any process there that uses
//! it, databases and monitoring agents among them.
//!
//! ## Mend
//!
//! Remove `hostIPC: true`. Containers of one Pod share an IPC namespace without it. Only a program that exchanges
//! shared memory with a process of the node loses anything.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   hostIPC: true # here
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
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security Standards, level baseline, "Host Namespaces"
//! - CIS Kubernetes Benchmark 1.12, 5.2.4

use super::prelude::*;
pub(super) const CHECK: Check = Check {
    id: "host-ipc",
    title: "Pod shares memory with the processes of its node",
    message: "the Pod is in the IPC namespace of its node",
    variants: &[],
    remedy: "Remove `hostIPC: true`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "cis-1.12/5.2.4",
        "nsa-cisa/host-namespaces",
        "nist-800-190/4.4.3",
        "pci/3",
        "pss/host-namespaces",
        "attack/T1611",
    ],
    cel: Some("!pod.?hostIPC.orValue(false)"),
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    let place = pod.field(field!["hostIPC"]);
    if place.node().and_then(Node::as_bool) == Some(true) {
        let mend = Mend::safe("remove `hostIPC: true`").remove(&place);
        examination.report(Found::at(place).mend(mend));
    }
}
