//! An image is named without a version: by the tag `latest`, or by no tag.
//!
//! ## Why
//!
//! `latest` is whatever was pushed last. Two Pods of one workload may run different programs, a rollback gets the same
//! image again, and nobody can say afterwards what ran.
//!
//! No tag means `latest`. A digest names the image exactly, whatever tag stands before it.
//!
//! ## Mend
//!
//! Name the version as a tag, best together with the digest that was tested.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   initContainers:
//!     - name: migrate
//!       image: localhost:5000/migrate # here
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:latest # here
//!     - name: log
//!       image: nginx # here
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
//!       image: registry.example.com/web:1.4.2
//!     - name: log
//!       image: registry.example.com/log@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: "Images", section "Image names"
//! - NIST SP 800-190, 4.2.2

use super::prelude::*;
use sekisho_manifest::ImageRef;

pub(super) const CHECK: Check = Check {
    id: "latest-tag",
    title: "Image is named without a version",
    message: "container `{container}` runs whatever is `latest`: image `{image}`",
    variants: &[("missing", "container `{container}` runs whatever is `latest`: image `{image}` has no tag")],
    remedy: "Name the image by a version or a digest",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Distribute, Mode::Preventive),
    controls: &[
        "owasp-2022/K02",
        "nsa-cisa/secure-images",
        "nist-800-190/4.2.2",
        "pci/14",
        "attack/T1525",
        "microsoft-threat-matrix/MS-TA9002",
    ],
    cel: Some(concat!(
        "container.?image.orValue('') == '' || container.image.contains('@') || ",
        "container.image.matches(':[^/:]+$') && !container.image.endsWith(':latest')"
    )),
    examine: Examine::Container(examine),
};

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    // What is no image reference never starts; the kubelet says so.
    let Ok(image) = container.image().parse::<ImageRef>() else { return };
    if image.digest.is_some() || image.requested_tag() != Some("latest") {
        return;
    }
    let found = Found::at(container.field(field!["image"])).arg("image", container.image());
    examination.report(if image.tag.is_none() { found.variant("missing") } else { found });
}
