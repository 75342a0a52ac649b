//! A layer of an image brings programs of the distribution that run with the rights of their owner.
//!
//! ## Why
//!
//! Programs such as `su` and `mount` need the rights of root on a machine with several users. In a container nobody
//! needs them, and a fault in one of them is a way to root for whoever runs there as another user, unless
//! `allowPrivilegeEscalation` is false.
//!
//! ## Mend
//!
//! Take the bits away at the end of the build, or build on an image without these programs:
//! `RUN find / -xdev -perm /6000 -type f -exec chmod a-s {} +`.
//!
//! What is examined is the image, written as an object:
//!
//! ```yaml bad
//! apiVersion: sekisho/v1
//! kind: Image
//! metadata:
//!   name: registry.example.com/web:1.4.2
//! layers:
//!   - digest: sha256:0a3c # here
//!     files:
//!       - path: usr/bin/passwd
//!         mode: "4755"
//!         owner: pkg:deb/debian/passwd@4.13
//! ```
//!
//! ```yaml good
//! apiVersion: sekisho/v1
//! kind: Image
//! metadata:
//!   name: registry.example.com/web:1.4.2
//! layers:
//!   - digest: sha256:0a3c
//! ```
//!
//! ## References
//!
//! - NIST SP 800-190, 4.1.2; CIS Docker Benchmark, 4.8

use super::prelude::*;
use crate::image::Brought;

pub(super) static CHECK: Check = Check {
    id: "setuid-program-of-distribution",
    title: "Program of the distribution runs with the rights of its owner",
    message: "layer {layer} brings programs of the distribution ({count}) that run with the rights of their owner: {names}",
    variants: &[],
    remedy: "Take the set-user-id and set-group-id bits away at the end of the build",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Container, Phase::Distribute, Mode::Detective),
    controls: &["nist-800-190/4.1.2", "nsa-cisa/privilege-escalation", "attack/T1068"],
    cel: None,
    examine: Examine::Object(&[("sekisho", "Image")], examine),
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    Brought::report(object, examination, |file| file.mode & 0o6000 != 0 && !file.owner.is_empty());
}
