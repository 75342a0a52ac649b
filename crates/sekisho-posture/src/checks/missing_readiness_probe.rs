//! A container says nowhere when it is ready to be used.
//!
//! ## Why
//!
//! Without a readiness probe a Pod gets requests as soon as its processes run, and a rollout goes on although the new
//! version does not answer.
//!
//! Init and ephemeral containers can have no probes, and Pods that run to their end need none; sidecars are looked at.
//!
//! ## Mend
//!
//! Add a `readinessProbe` that asks for what the container's users ask for.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   initContainers:
//!     - name: migrate
//!       image: registry.example.com/migrate:1.4.2
//!   containers:
//!     - name: web # here
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
//!       readinessProbe:
//!         httpGet:
//!           path: /ready
//!           port: 8080
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: "Liveness, Readiness, and Startup Probes"

use super::prelude::*;
pub(super) const CHECK: Check = Check {
    id: "missing-readiness-probe",
    title: "Container has no readiness probe",
    message: "container `{container}` has no readiness probe",
    variants: &[],
    remedy: "Add a `readinessProbe`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &["owasp-2022/K01", "pci/15"],
    cel: None,
    examine: Examine::Container(examine),
};

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    let place = container.field(field!["readinessProbe"]);
    let exempt = !container.stays() || container.pod.runs_to_completion() || container.is_patch();
    if !exempt && container.node.get("readinessProbe").is_none() {
        examination.report(Found::at(place));
    }
}
