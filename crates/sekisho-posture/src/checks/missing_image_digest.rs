//! An image is named by a tag, which its registry may give to another image.
//!
//! ## Why
//!
//! A tag is a name that whoever can push may move. A digest is computed from the image: the node gets that image or
//! none, and a signature that was checked at admission still means the image that runs.
//!
//! ## Mend
//!
//! Add the digest behind the tag (`web:1.4.2@sha256:…`), and let a tool that keeps dependencies fresh move both.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2 # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: "Images", section "Image names"
//! - OCI Distribution Specification, "Pulling manifests"

use super::prelude::*;
use sekisho_manifest::ImageRef;

pub(super) const CHECK: Check = Check {
    id: "missing-image-digest",
    title: "Image is not named by its digest",
    message: "image `{image}` of container `{container}` has no digest",
    variants: &[],
    remedy: "Add the digest to the image reference",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Container, Phase::Distribute, Mode::Preventive),
    controls: &[
        "owasp-2022/K02",
        "nsa-cisa/secure-images",
        "nist-800-190/4.1.5",
        "pci/14",
        "attack/T1525",
        "microsoft-threat-matrix/MS-TA9002",
    ],
    cel: Some("container.?image.orValue('') == '' || container.image.contains('@')"),
    examine: Examine::Container(examine),
};

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    let Ok(image) = container.image().parse::<ImageRef>() else { return };
    if image.digest.is_none() {
        examination.report(Found::at(container.field(field!["image"])).arg("image", container.image()));
    }
}
