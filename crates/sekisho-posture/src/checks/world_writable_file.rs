//! A build makes files that everyone may write.
//!
//! ## Why
//!
//! Any program of the container, under any user, can then change them: a script that root runs later, a
//! configuration, a library.
//!
//! ## Mend
//!
//! Give the files to the user of the program (`COPY --chown=10001`), and take the write permission from others. A
//! folder that must be open to all, such as `/tmp`, has the sticky bit: `1777`.
//!
//! ```dockerfile bad
//! FROM debian:12.5
//! RUN chmod -R 777 /app && chmod +x /start # here
//! COPY --chmod=0666 app.conf /etc/ # here
//! RUN chmod a+rwx /srv # here
//! ```
//!
//! ```dockerfile good
//! FROM debian:12.5
//! RUN chmod 1777 /tmp && chmod 0755 /app && chmod +w /x && chmod o-w /y
//! COPY --chmod=0644 app.conf /etc/
//! ```
//!
//! ## References
//!
//! - NIST SP 800-190, 4.1.2

use super::prelude::*;
use crate::build::bits;

pub(super) static CHECK: Check = Check {
    id: "world-writable-file",
    title: "Files that everyone may write",
    message: "the build gives files the mode `{mode}`, with which everyone may write them",
    variants: &[],
    remedy: "Give the files to the user of the program and take the write permission from others",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Develop, Mode::Preventive),
    controls: &["nist-800-190/4.1.2", "pci/12"],
    cel: None,
    examine: Examine::Build(examine),
};

fn examine<'a>(build: &Build<'a>, examination: &mut Examination<'a>) {
    // Of an image the files themselves are looked at.
    let is_image = build.dockerfile().is_history;
    for step in build.steps().filter(|step| step.is_shipped && !is_image) {
        let modes = step.modes();
        let open = modes.iter().find(|mode| bits(mode) & 0o002 != 0 && bits(mode) & 0o1000 == 0);
        if let Some(mode) = open {
            examination.report(Found::at(step.place()).arg("mode", mode.as_str()));
        }
    }
}
