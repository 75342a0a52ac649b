//! A build uses `sudo`.
//!
//! ## Why
//!
//! Instructions run as root until `USER` says otherwise, so `sudo` is not needed; where it is installed it stays in
//! the image with its set-user-id bit, as a way back to root for whoever breaks into the program.
//!
//! ## Mend
//!
//! Do what needs root before `USER`, and leave `sudo` out of the image.
//!
//! ```dockerfile bad
//! FROM debian:12.5
//! RUN sudo apt-get update # here
//! ```
//!
//! ```dockerfile good
//! FROM debian:12.5
//! RUN apt-get update && echo no sudo here
//! ```
//!
//! ## References
//!
//! - NIST SP 800-190, 4.1.2

use super::prelude::*;

pub(super) static CHECK: Check = Check {
    id: "build-sudo",
    title: "Build uses sudo",
    message: "the build calls `sudo`, which a build does not need and an image should not have",
    variants: &[],
    remedy: "Do what needs root before `USER`, without `sudo`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Develop, Mode::Preventive),
    controls: &["nist-800-190/4.1.2", "pci/12"],
    cel: None,
    examine: Examine::Build(examine),
};

fn examine<'a>(build: &Build<'a>, examination: &mut Examination<'a>) {
    for step in build.steps() {
        if step.commands().iter().any(|command| command.program() == "sudo") {
            examination.report(Found::at(step.place()));
        }
    }
}
