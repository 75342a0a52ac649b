//! A Pod has no user namespace of its own: a user of the container is the same user on the node.
//!
//! ## Why
//!
//! With `hostUsers: false` the users of a Pod are mapped to ids that nobody has on the node. A process that breaks
//! out, even as root, is nobody there, and capabilities count only inside the Pod.
//!
//! A Pod that uses the network, the processes or the IPC namespace of its node cannot have one. The check speaks of
//! Kubernetes 1.33 and later, where user namespaces need no feature gate.
//!
//! ## Mend
//!
//! Set `hostUsers: false`. Nodes need Linux 6.3 or later and a runtime that supports it; volumes must be on a file
//! system with id-mapped mounts.
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
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   hostUsers: false
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: "User Namespaces"

use super::prelude::*;
use crate::security_context::in_user_namespace;

/// The first minor version in which Pods can have user namespaces by default.
const FIRST_BY_DEFAULT: u32 = 33;

pub(super) const CHECK: Check = Check {
    id: "no-user-namespace",
    title: "Pod has no user namespace of its own",
    message: "users of the Pod are users of its node: `hostUsers` is not `false`",
    variants: &[],
    remedy: "Set `hostUsers: false`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2025/K01",
        "nsa-cisa/non-root-containers",
        "nist-800-190/4.4.3",
        "nist-800-190/4.5.2",
        "pci/3",
        "attack/T1611",
    ],
    cel: None,
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    let shares = ["hostNetwork", "hostPID", "hostIPC"].iter().any(|field| pod.spec.is_true(field));
    let old = examination.settings().kubernetes_minor.is_some_and(|minor| minor < FIRST_BY_DEFAULT);
    if pod.is_patch() || pod.is_windows() || in_user_namespace(pod) || shares || old {
        return;
    }
    let place = pod.field(field!["hostUsers"]);
    let mend = Mend::risky("set `hostUsers: false`").set(&place, false);
    examination.report(Found::at(place).mend(mend));
}
