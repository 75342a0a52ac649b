//! A container's user id lies below 10,000, where users of the node have theirs.
//!
//! ## Why
//!
//! A process that breaks out of its container keeps its user id. Ids of the system and of people lie below
//! 10,000 on nearly every node: a user of the container with such an id may own files there.
//!
//! User 0 is the subject of `run-as-root`. A Pod with its own user namespace is not concerned, and Windows
//! has no such ids.
//!
//! ## Mend
//!
//! Set `runAsUser` to 10000 or above and give the files of the image and of the volumes to that user.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   securityContext:
//!     runAsUser: 1000 # here
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!     - name: log
//!       image: registry.example.com/log:2.0.1
//!       securityContext:
//!         runAsUser: 101 # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   securityContext:
//!     runAsUser: 10001
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - Kubernetes API reference: `SecurityContext.runAsUser`

use super::prelude::*;
use crate::security_context::in_user_namespace;

/// The first id that nodes give to no user by default.
const FIRST_FREE: i64 = 10_000;

pub(super) const CHECK: Check = Check {
    id: "low-user-id",
    title: "Container's user id may belong to a user of the node",
    message: "container `{container}` runs as user {user}, which may be a user of the node",
    variants: &[("pod", "the containers of the Pod run as user {user}, which may be a user of the node")],
    remedy: "Set `runAsUser` to 10000 or above",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "nsa-cisa/non-root-containers",
        "nist-800-190/4.4.3",
        "pci/3",
    ],
    cel: None,
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    if pod.is_windows() || in_user_namespace(pod) {
        return;
    }
    let containers = pod.containers();
    let field = field!["securityContext", "runAsUser"];
    let inherited = containers.iter().any(|container| container.security("runAsUser").is_none());
    let of_pod = pod.field(field.clone());
    if let Some(user) = low(&of_pod).filter(|_| inherited) {
        examination.report(Found::at(of_pod).variant("pod").arg("user", user.to_string()));
    }
    for container in &containers {
        let place = container.field(field.clone());
        if let Some(user) = low(&place) {
            examination.report(Found::at(place).container(container).arg("user", user.to_string()));
        }
    }
}

fn low(place: &Place<'_>) -> Option<i64> {
    place.node().and_then(Node::as_i64).filter(|user| (1..FIRST_FREE).contains(user))
}
