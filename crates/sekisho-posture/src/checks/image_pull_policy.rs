//! A node may start an image that it has already, without asking the registry.
//!
//! ## Why
//!
//! With `IfNotPresent` or `Never` whatever lies on the node under the tag is started: an older image of the same tag, or
//! one of a private repository that another Pod was allowed to pull. `Always` asks the registry each time, with the
//! credentials of this Pod, and costs little, for layers that are there are not fetched again.
//!
//! Where no policy is written it is `Always` for `latest` and `IfNotPresent` for any other tag. An image with a digest
//! cannot be another one and is left alone.
//!
//! ## Mend
//!
//! Set `imagePullPolicy: Always`, or name images by digest. The admission plugin `AlwaysPullImages` does the former for
//! every Pod.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   containers:
//!     - name: web # here
//!       image: registry.example.com/web:1.4.2
//!     - name: log
//!       image: registry.example.com/log:latest
//!       imagePullPolicy: IfNotPresent # here
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
//!       imagePullPolicy: Always
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: "Images", section "Image pull policy"
//! - NIST SP 800-190, 4.2.2

use super::prelude::*;
use sekisho_manifest::ImageRef;

pub(super) const CHECK: Check = Check {
    id: "image-pull-policy",
    title: "Node may start an old image of the same tag",
    message: "container `{container}` may start an old image of the same tag: its pull policy is `{policy}`",
    variants: &[],
    remedy: "Set `imagePullPolicy: Always`, or name the image by its digest",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Container, Phase::Distribute, Mode::Preventive),
    controls: &["owasp-2022/K02", "nist-800-190/4.2.2", "nist-800-190/4.2.3", "pci/13"],
    cel: None,
    examine: Examine::Container(examine),
};

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    let Ok(image) = container.image().parse::<ImageRef>() else { return };
    let policy = match container.node.str("imagePullPolicy") {
        "" if image.requested_tag() == Some("latest") => "Always",
        "" => "IfNotPresent",
        written => written,
    };
    if image.digest.is_some() || policy == "Always" {
        return;
    }
    let place = container.field(field!["imagePullPolicy"]);
    let words = "set `imagePullPolicy: Always`";
    // An image that must never be pulled may be in no registry.
    let mend = if policy == "Never" { Mend::risky(words) } else { Mend::safe(words) }.set(&place, "Always");
    examination.report(Found::at(place).arg("policy", policy).mend(mend));
}
