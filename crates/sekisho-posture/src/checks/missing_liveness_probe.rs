//! Nothing restarts a container that hangs.
//!
//! ## Why
//!
//! Kubernetes restarts a container whose process ends. One that hangs stays as it is unless a liveness probe tells.
//!
//! Init and ephemeral containers can have no probes, and Pods that run to their end need none; sidecars are looked at.
//!
//! ## Mend
//!
//! Add a `livenessProbe` that fails only when a restart helps: it must not ask for other services, or their fault
//! restarts this container too.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   initContainers:
//!     - name: proxy # here
//!       image: registry.example.com/proxy:1.0.3
//!       restartPolicy: Always
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!       livenessProbe:
//!         tcpSocket:
//!           port: 8080
//! ```
//!
//! ```yaml good
//! apiVersion: batch/v1
//! kind: Job
//! metadata:
//!   name: report
//! spec:
//!   template:
//!     spec:
//!       restartPolicy: Never
//!       containers:
//!         - name: report
//!           image: registry.example.com/report:1.4.2
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: "Liveness, Readiness, and Startup Probes"

use super::prelude::*;
pub(super) const CHECK: Check = Check {
    id: "missing-liveness-probe",
    title: "Container has no liveness probe",
    message: "container `{container}` has no liveness probe",
    variants: &[],
    remedy: "Add a `livenessProbe`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &["owasp-2022/K01", "pci/15"],
    cel: None,
    examine: Examine::Container(examine),
};

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    let place = container.field(field!["livenessProbe"]);
    let exempt = !container.stays() || container.pod.runs_to_completion() || container.is_patch();
    if !exempt && container.node.get("livenessProbe").is_none() {
        examination.report(Found::at(place));
    }
}
