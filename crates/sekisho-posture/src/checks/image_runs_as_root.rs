//! The image that a Dockerfile builds starts its program as root.
//!
//! ## Why
//!
//! Without `USER` the program runs as the user of the base image, which is root for nearly all of them. A fault in
//! the program then gives all of the container, and a fault in the runtime the node: the identity of root is the same
//! on both sides unless user namespaces are used. A Pod may set another user, but whoever forgets it gets root.
//!
//! ## Mend
//!
//! Make a user and name it, best by its number, so that `runAsNonRoot` can be checked.
//!
//! ```dockerfile bad
//! FROM debian:12.5 # here
//! CMD ["sleep", "1"]
//! ```
//!
//! ```dockerfile bad
//! FROM golang:1.22 AS build
//! USER nobody
//! FROM debian:12.5
//! USER app
//! RUN make
//! USER 0:0 # here
//! ```
//!
//! ```dockerfile good
//! FROM debian:12.5 AS base
//! USER 10001:10001
//! FROM base
//! CMD ["sleep", "1"]
//! ```
//!
//! ```dockerfile good
//! FROM gcr.io/distroless/static-debian12:nonroot
//! COPY app /app
//! ```
//!
//! ## References
//!
//! - NIST SP 800-190, 4.1.2; CIS Docker Benchmark, 4.1

use super::prelude::*;

pub(super) static CHECK: Check = Check {
    id: "image-runs-as-root",
    title: "Image runs as root",
    message: "the image is built to run as `{user}`, which is root",
    variants: &[(
        "unset",
        "the image is built without `USER`, and runs as root unless its base names another user",
    )],
    remedy: "End the last stage with `USER` and the number of a user other than 0",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Develop, Mode::Preventive),
    controls: &["nist-800-190/4.1.2", "pci/12", "nsa-cisa/non-root-containers"],
    cel: None,
    examine: Examine::Build(examine),
};

fn examine<'a>(build: &Build<'a>, examination: &mut Examination<'a>) {
    let dockerfile = build.dockerfile();
    let Some(last) = dockerfile.stages.len().checked_sub(1) else { return };
    let mut next = Some(last);
    let mut base_image = None;
    while let Some(index) = next
        && let Some(stage) = dockerfile.stages.get(index)
    {
        let mut users = stage.instructions.iter().enumerate().rev();
        if let Some((place, user)) = users.find(|(_, instruction)| instruction.keyword == "USER") {
            let user = user.arguments.first().map_or("", String::as_str);
            let name = user.split(':').next().unwrap_or(user);
            if name == "root" || (!name.is_empty() && name.bytes().all(|byte| byte == b'0')) {
                examination.report(Found::at(build.place(index, place)).arg("user", user));
            }
            return;
        }
        base_image = stage.image.as_deref();
        next = stage.base.filter(|base| *base < index);
    }
    let image = base_image.unwrap_or("").to_lowercase();
    // Bases that say in their names that they are not root's, and those of Windows, which has no root.
    let is_other = ["nonroot", "non-root", "rootless", "unprivileged", "windows", "nanoserver"];
    if is_other.iter().any(|word| image.contains(word)) {
        return;
    }
    let is_certain = dockerfile.is_history || image == "scratch";
    let confidence = if is_certain { Confidence::High } else { Confidence::Medium };
    examination.report(Found::at(build.place(last, 0)).variant("unset").confidence(confidence));
}
