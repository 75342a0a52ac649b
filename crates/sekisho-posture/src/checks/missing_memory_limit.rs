//! A container may use all the memory of its node.
//!
//! ## Why
//!
//! Without a limit a leak or an attacker fills the memory of the node, and the kernel kills processes of other Pods
//! to make room.
//!
//! A container of a Pod that says it for the whole Pod (`spec.resources`) is not reported, and one in a namespace whose
//! `LimitRange` fills it in is not either, where that object is examined too. A limit of zero is none. Ephemeral containers can have no
//! resources.
//!
//! ## Mend
//!
//! Measure what the container uses at its peak and set `resources.limits.memory` somewhat above. With the request set
//! to the same value the container is the last to be killed.
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
//!       resources:
//!         limits: # here
//!           cpu: 500m
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
//!       resources:
//!         limits:
//!           memory: 256Mi
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: "Resource Management for Pods and Containers"
//! - MITRE ATT&CK T1499: Endpoint Denial of Service

use super::prelude::*;
use crate::resources::{List, report_missing};

pub(super) const CHECK: Check = Check {
    id: "missing-memory-limit",
    title: "Container has no memory limit",
    message: "container `{container}` has no memory limit",
    variants: &[],
    remedy: "Set `resources.limits.memory`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "nsa-cisa/resource-policies",
        "nist-800-190/4.4.3",
        "pci/11",
        "attack/T1496",
        "attack/T1499",
        "microsoft-threat-matrix/MS-TA9039",
        "microsoft-threat-matrix/MS-TA9040",
    ],
    cel: None,
    examine: Examine::Container(examine),
};

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    report_missing(container, List::Limits, "memory", examination);
}
