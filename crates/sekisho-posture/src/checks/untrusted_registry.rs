//! An image comes from a registry that is not on the list of trusted ones.
//!
//! ## Why
//!
//! Whoever keeps a registry decides what runs. Images from a registry of one's own were built, scanned and signed there;
//! images from anywhere else were not.
//!
//! The check is silent until the setting `trusted_registries` lists registries (`ghcr.io`) or parts of them
//! (`ghcr.io/acme`). Names are completed as Docker does: `nginx` is `docker.io/library/nginx`.
//!
//! ## Mend
//!
//! Copy the image to a trusted registry and name it there, or put the registry on the list.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!     - name: log
//!       image: fluent/fluent-bit:4.1.0 # here
//!     - name: proxy
//!       image: registry.example.com.attacker.example/proxy:1.0.3 # here
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
//!       image: registry.example.com/shop/web:1.4.2
//! ```
//!
//! ## References
//!
//! - NIST SP 800-190, 4.1.5

use super::prelude::*;
use sekisho_manifest::ImageRef;

pub(super) const CHECK: Check = Check {
    id: "untrusted-registry",
    title: "Image comes from a registry that is not trusted",
    message: "image `{image}` of container `{container}` comes from a registry that is not trusted",
    variants: &[],
    remedy: "Take the image from a trusted registry",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Distribute, Mode::Preventive),
    controls: &[
        "owasp-2022/K02",
        "cis-1.12/5.5.1",
        "nsa-cisa/secure-images",
        "nist-800-190/4.1.5",
        "pci/13",
        "attack/T1525",
        "microsoft-threat-matrix/MS-TA9002",
    ],
    cel: None,
    examine: Examine::Container(examine),
};

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    let trusted = &examination.settings().trusted_registries;
    let Ok(image) = container.image().parse::<ImageRef>() else { return };
    if !trusted.is_empty() && !trusted.iter().any(|entry| covers(entry, &image)) {
        examination.report(Found::at(container.field(field!["image"])).arg("image", container.image()));
    }
}

/// Whether the image lies in a registry, or in a part of one: whole path segments count.
fn covers(entry: &str, image: &ImageRef) -> bool {
    let entry = entry.trim_end_matches('/');
    let (host, path) = entry.split_once('/').unwrap_or((entry, ""));
    let host = if host.eq_ignore_ascii_case("index.docker.io") { "docker.io" } else { host };
    if !host.eq_ignore_ascii_case(&image.registry) {
        return false;
    }
    let below = |path: &str| {
        let rest = image.repository.strip_prefix(path);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    // Docker's own images are named without their folder there.
    path.is_empty() || below(path) || host == "docker.io" && below(&format!("library/{path}"))
}
