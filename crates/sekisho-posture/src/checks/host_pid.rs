//! A Pod sees the processes of its node.
//!
//! ## Why
//!
//! In the node's process namespace a container reads the command lines and, as root, the environment of every
//! process of the node, credentials included, and can signal them. With `SYS_PTRACE` or `privileged` it takes them
//! over.
//!
//! ## Mend
//!
//! Remove `hostPID: true`. A tool that looks at the processes of one Pod uses `shareProcessNamespace` or an
//! ephemeral container. Node agents that need the node's processes belong in a namespace of their own.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   hostPID: true # here
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
//! - CIS Kubernetes Benchmark 1.12, 5.2.3

use super::prelude::*;
pub(super) const CHECK: Check = Check {
    id: "host-pid",
    title: "Pod sees the processes of its node",
    message: "the Pod sees the processes of its node",
    variants: &[],
    remedy: "Remove `hostPID: true`",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "cis-1.12/5.2.3",
        "nsa-cisa/host-namespaces",
        "nist-800-190/4.4.3",
        "pci/3",
        "pss/host-namespaces",
        "attack/T1611",
    ],
    cel: Some("!pod.?hostPID.orValue(false)"),
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    let place = pod.field(field!["hostPID"]);
    if place.node().and_then(Node::as_bool) == Some(true) {
        let mend = Mend::risky("remove `hostPID: true`").remove(&place);
        examination.report(Found::at(place).mend(mend));
    }
}
