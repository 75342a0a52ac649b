//! A layer of an image brings files that everyone may write.
//!
//! ## Why
//!
//! Whoever takes over one program in the container may change these files, whatever user it runs as: a script that
//! another one runs, a configuration, a library.
//!
//! ## Mend
//!
//! Give the files to the user that writes them, and take the permission from others in the instruction that makes
//! them: `COPY --chmod=0644`.
//!
//! What is examined is the image, written as an object:
//!
//! ```yaml bad
//! apiVersion: sekisho/v1
//! kind: Image
//! metadata:
//!   name: registry.example.com/web:1.4.2
//! layers:
//!   - digest: sha256:0a3c
//!   - digest: sha256:77e1 # here
//!     files:
//!       - path: app/start.sh
//!         mode: "0777"
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
//!       - path: usr/bin/tool
//!         mode: "4755"
//! ```
//!
//! ## References
//!
//! - NIST SP 800-190, 4.1.2

use super::prelude::*;
use crate::image::Brought;

pub(super) static CHECK: Check = Check {
    id: "world-writable-file-in-image",
    title: "File in an image that everyone may write",
    message: "layer {layer} brings files ({count}) that everyone may write: {names}",
    variants: &[],
    remedy: "Give the files to the user that writes them and take the write permission from others",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Distribute, Mode::Detective),
    controls: &["nist-800-190/4.1.2", "pci/12"],
    cel: None,
    examine: Examine::Object(&[("sekisho", "Image")], examine),
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    Brought::report(object, examination, |file| file.mode & 0o002 != 0);
}
