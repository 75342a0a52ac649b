//! A container reserves no processor time.
//!
//! ## Why
//!
//! The scheduler packs Pods by what they request, and the kernel shares processor time in the ratio of the requests. A
//! container that requests nothing gets next to nothing on a busy node.
//!
//! A container of a Pod that says it for the whole Pod (`spec.resources`) is not reported, and one in a namespace whose
//! `LimitRange` fills it in is not either, where that object is examined too. A request that is left out is as large as the limit. Ephemeral containers can have no
//! resources.
//!
//! ## Mend
//!
//! Set `resources.requests.cpu` to what the container usually uses.
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
//!         requests: # here
//!           memory: 128Mi
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
//!         requests:
//!           cpu: 100m
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: "Resource Management for Pods and Containers"

use super::prelude::*;
use crate::resources::{List, report_missing};

pub(super) const CHECK: Check = Check {
    id: "missing-cpu-request",
    title: "Container reserves no processor time",
    message: "container `{container}` has no CPU request",
    variants: &[],
    remedy: "Set `resources.requests.cpu`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &["owasp-2022/K01", "nsa-cisa/resource-policies", "nist-800-190/4.4.3", "pci/11"],
    cel: None,
    examine: Examine::Container(examine),
};

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    report_missing(container, List::Requests, "cpu", examination);
}
