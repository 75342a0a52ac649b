//! A container may use all the processor time of its node that others leave.
//!
//! ## Why
//!
//! A captured container that mines coins, or a loop gone wrong, takes whatever the other containers did not reserve.
//! A limit bounds that; its price is that the container is held back even when the node is idle.
//!
//! A container of a Pod that says it for the whole Pod (`spec.resources`) is not reported, and one in a namespace whose
//! `LimitRange` fills it in is not either, where that object is examined too. A limit of zero is none. Ephemeral containers can have no
//! resources.
//!
//! ## Mend
//!
//! Set `resources.limits.cpu` well above what the container needs at its peak. Where every container of the node has
//! a request for CPU, some teams leave the limit out on purpose: turn this check off there.
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
//!           cpu: "1"
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: "Resource Management for Pods and Containers"
//! - MITRE ATT&CK T1496: Resource Hijacking

use super::prelude::*;
use crate::resources::{List, report_missing};

pub(super) const CHECK: Check = Check {
    id: "missing-cpu-limit",
    title: "Container has no CPU limit",
    message: "container `{container}` has no CPU limit",
    variants: &[],
    remedy: "Set `resources.limits.cpu`",
    severity: Severity::Low,
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
    report_missing(container, List::Limits, "cpu", examination);
}
