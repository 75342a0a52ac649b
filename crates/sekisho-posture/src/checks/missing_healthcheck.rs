//! An image does not say how to ask whether its program is well.
//!
//! ## Why
//!
//! Docker and Podman restart what does not answer only where the image says how to ask. Kubernetes does not look at it
//! and asks by the probes of the Pod, so this matters to those who run the image without it.
//!
//! ## Mend
//!
//! Add `HEALTHCHECK` with a command that ends with 0 where all is well, or `HEALTHCHECK NONE` where the image is for
//! Kubernetes only.
//!
//! ```dockerfile bad
//! FROM debian:12.5 # here
//! USER app
//! CMD ["/app"]
//! ```
//!
//! ```dockerfile good
//! FROM debian:12.5 AS base
//! HEALTHCHECK CMD ["/app", "check"]
//! FROM base
//! USER app
//! ```
//!
//! ## References
//!
//! - CIS Docker Benchmark, 4.6

use super::prelude::*;

pub(super) static CHECK: Check = Check {
    id: "missing-healthcheck",
    title: "Image without a health check",
    message: "the image does not say how to ask whether its program is well",
    variants: &[],
    remedy: "Add `HEALTHCHECK` to the last stage",
    severity: Severity::Info,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Container, Phase::Develop, Mode::Preventive),
    controls: &["pci/12"],
    cel: None,
    examine: Examine::Build(examine),
};

fn examine<'a>(build: &Build<'a>, examination: &mut Examination<'a>) {
    let dockerfile = build.dockerfile();
    let Some(last) = dockerfile.stages.len().checked_sub(1) else { return };
    let mut instructions = dockerfile.lineage(last).into_iter().flat_map(|stage| &stage.instructions);
    if !instructions.any(|instruction| instruction.keyword == "HEALTHCHECK") {
        let confidence = if dockerfile.is_history { Confidence::High } else { Confidence::Medium };
        examination.report(Found::at(build.place(last, 0)).confidence(confidence));
    }
}
