//! A layer of an image brings programs that run with the rights of their owner, and no package of the distribution
//! owns them.
//!
//! ## Why
//!
//! A program with the set-user-id or set-group-id bit gives whoever starts it the rights of its owner, mostly root. In a
//! container that runs as another user it is the way back to root, unless `allowPrivilegeEscalation` is false. Those of a
//! distribution are known and watched; these were put there by the build, and their faults are nobody's advisory.
//!
//! ## Mend
//!
//! Take the bits away in the build, or leave the programs out. `setuid-program-of-distribution` tells of the others.
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
//!       - path: usr/local/bin/tool
//!         mode: "4755"
//! ```
//!
//! ```yaml good
//! apiVersion: sekisho/v1
//! kind: Image
//! metadata:
//!   name: registry.example.com/web:1.4.2
//! layers:
//!   - digest: sha256:0a3c
//!     files:
//!       - path: usr/bin/passwd
//!         mode: "4755"
//!         owner: pkg:deb/debian/passwd@4.13
//!       - path: srv/shared
//!         mode: "0666"
//! ```
//!
//! ## References
//!
//! - NIST SP 800-190, 4.1.2; CIS Docker Benchmark, 4.8

use super::prelude::*;
use crate::image::Brought;

pub(super) static CHECK: Check = Check {
    id: "setuid-program-in-image",
    title: "Program in an image runs with the rights of its owner",
    message: "layer {layer} brings programs ({count}) that run with the rights of their owner and that no package owns: {names}",
    variants: &[],
    remedy: "Take the set-user-id and set-group-id bits away in the build, or leave the program out",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Distribute, Mode::Detective),
    controls: &["nist-800-190/4.1.2", "nsa-cisa/privilege-escalation", "attack/T1068"],
    cel: None,
    examine: Examine::Object(&[("sekisho", "Image")], examine),
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    Brought::report(object, examination, |file| file.mode & 0o6000 != 0 && file.owner.is_empty());
}
