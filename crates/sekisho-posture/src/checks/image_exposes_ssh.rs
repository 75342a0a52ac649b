//! An image says that it listens on port 22: it seems to run an SSH server.
//!
//! ## Why
//!
//! An SSH server in a container is a second way in beside the API server, with keys and a log of its own that nobody
//! watches. `kubectl exec` does the same under the cluster's rights and audit. Host keys in an image are the same in all
//! containers, and known to whoever may pull it.
//!
//! ## Mend
//!
//! Take the SSH server out of the image. A program that offers SSH as its service listens on a port above 1024.
//!
//! ```dockerfile bad
//! FROM debian:12.5
//! EXPOSE 8080 22 # here
//! USER app
//! ```
//!
//! ```dockerfile good
//! FROM debian:12.5
//! EXPOSE 8080 2222/tcp 22/udp
//! USER app
//! ```
//!
//! ## References
//!
//! - NIST SP 800-190, 4.1.2

use super::prelude::*;

pub(super) static CHECK: Check = Check {
    id: "image-exposes-ssh",
    title: "Image seems to run an SSH server",
    message: "the image listens on port 22: does it run an SSH server?",
    variants: &[],
    remedy: "Take the SSH server out of the image",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Develop, Mode::Preventive),
    controls: &["nist-800-190/4.1.2", "pci/12", "attack/T1133"],
    cel: None,
    examine: Examine::Build(examine),
};

fn examine<'a>(build: &Build<'a>, examination: &mut Examination<'a>) {
    let exposing = build.steps().filter(|step| step.is_shipped && step.instruction.keyword == "EXPOSE");
    for step in exposing {
        let is_ssh = |port: &String| matches!(port.to_ascii_lowercase().as_str(), "22" | "22/tcp");
        if step.instruction.arguments.iter().any(is_ssh) {
            examination.report(Found::at(step.place()));
        }
    }
}
