//! A build makes a program that runs with the rights of its owner.
//!
//! ## Why
//!
//! A program with the set-user-id or set-group-id bit gives whoever starts it the rights of its owner, mostly root.
//! In a container that runs as another user it is the way back to root, unless `allowPrivilegeEscalation` is false.
//!
//! ## Mend
//!
//! Leave the bit away; give the program the one capability that it needs.
//!
//! ```dockerfile bad
//! FROM debian:12.5
//! RUN chmod u+s /usr/bin/tool # here
//! RUN install -m 4755 tool /usr/bin/tool # here
//! COPY --chmod=2755 tool /usr/bin/ # here
//! ```
//!
//! ```dockerfile good
//! FROM debian:12.5
//! RUN chmod u-s /usr/bin/passwd && chmod 0755 /x && find / -perm -4000 -exec chmod a-s {} +
//! ```
//!
//! ## References
//!
//! - NIST SP 800-190, 4.1.2; CIS Docker Benchmark, 4.8

use super::prelude::*;
use crate::build::bits;

pub(super) static CHECK: Check = Check {
    id: "setuid-file",
    title: "Program with the rights of its owner",
    message: "the build gives a file the mode `{mode}`, with which it runs with the rights of its owner or group",
    variants: &[],
    remedy: "Leave the set-user-id and set-group-id bits away",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Develop, Mode::Preventive),
    controls: &["nist-800-190/4.1.2", "nsa-cisa/privilege-escalation", "attack/T1068"],
    cel: None,
    examine: Examine::Build(examine),
};

fn examine<'a>(build: &Build<'a>, examination: &mut Examination<'a>) {
    // Of an image the files themselves are looked at.
    let is_image = build.dockerfile().is_history;
    for step in build.steps().filter(|step| step.is_shipped && !is_image) {
        if let Some(mode) = step.modes().iter().find(|mode| bits(mode) & 0o6000 != 0) {
            examination.report(Found::at(step.place()).arg("mode", mode.as_str()));
        }
    }
}
