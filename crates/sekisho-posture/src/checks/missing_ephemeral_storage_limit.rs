//! A container may fill the disk of its node.
//!
//! ## Why
//!
//! What a container writes to its own file system, to its log and to `emptyDir` volumes lies on the disk of the node. When
//! that is full the kubelet evicts Pods, not always the one at fault.
//!
//! A container of a Pod that says it for the whole Pod (`spec.resources`) is not reported, and one in a namespace whose
//! `LimitRange` fills it in is not either, where that object is examined too. Ephemeral containers can have no
//! resources.
//!
//! ## Mend
//!
//! Set `resources.limits.ephemeral-storage`, and `sizeLimit` on `emptyDir` volumes.
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
//!           memory: 256Mi
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
//!           ephemeral-storage: 1Gi
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: "Resource Management for Pods and Containers"

use super::prelude::*;
use crate::resources::{List, report_missing};

pub(super) const CHECK: Check = Check {
    id: "missing-ephemeral-storage-limit",
    title: "Container has no limit of ephemeral storage",
    message: "container `{container}` has no limit of ephemeral storage",
    variants: &[],
    remedy: "Set `resources.limits.ephemeral-storage`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "nsa-cisa/resource-policies",
        "nist-800-190/4.4.3",
        "pci/11",
        "attack/T1499",
        "microsoft-threat-matrix/MS-TA9040",
    ],
    cel: None,
    examine: Examine::Container(examine),
};

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    report_missing(container, List::Limits, "ephemeral-storage", examination);
}
