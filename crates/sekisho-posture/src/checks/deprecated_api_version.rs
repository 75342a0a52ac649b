//! An object is written for an API version that a coming release of Kubernetes no longer serves.
//!
//! ## Why
//!
//! Today the API server accepts the object and warns. After the upgrade that drops the version it refuses it,
//! and the upgrade, which brings the fixes of vulnerabilities, waits for the manifests.
//!
//! The release that the manifests are meant for comes from the configuration; where none is named, the newest
//! known release counts.
//!
//! ## Mend
//!
//! Write the object for the version that takes its place. In many cases the version is all that has to
//! change, and `sekisho fix` changes it.
//!
//! ```yaml bad
//! apiVersion: storage.k8s.io/v1beta1 # here
//! kind: VolumeAttributesClass
//! metadata:
//!   name: gold
//! driverName: disk.csi.example.com
//! parameters:
//!   iops: "4000"
//! ```
//!
//! ```yaml bad
//! apiVersion: v1 # here
//! kind: Endpoints
//! metadata:
//!   name: legacy-database
//! subsets:
//!   - addresses:
//!       - ip: 192.0.2.10
//!     ports:
//!       - port: 5432
//! ```
//!
//! In a cluster the API server notes who writes an object in which version; a program that still writes the old one
//! fails at the upgrade, whatever version the object is read in:
//!
//! ```yaml bad
//! apiVersion: storage.k8s.io/v1
//! kind: VolumeAttributesClass
//! metadata:
//!   name: gold
//!   managedFields:
//!   - apiVersion: storage.k8s.io/v1beta1 # here
//!     manager: provisioner
//! driverName: disk.csi.example.com
//! ```
//!
//! ```yaml good
//! apiVersion: storage.k8s.io/v1
//! kind: VolumeAttributesClass
//! metadata:
//!   name: gold
//! driverName: disk.csi.example.com
//! parameters:
//!   iops: "4000"
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Deprecated API Migration Guide
//! - Kubernetes documentation: Kubernetes Deprecation Policy

use super::prelude::*;
use crate::api_version::{Variants, Written};

pub(super) const CHECK: Check = Check {
    id: "deprecated-api-version",
    title: "API version is deprecated",
    message: "`{version}` {kind} is deprecated and leaves in Kubernetes {removed}, use `{replacement}`",
    variants: &[
        (
            "bare",
            "`{version}` {kind} is deprecated and leaves in Kubernetes {removed}, and nothing takes its place yet",
        ),
        ("stays", "`{version}` {kind} is deprecated since Kubernetes {deprecated}, use `{replacement}`"),
        ("bare-stays", "`{version}` {kind} is deprecated since Kubernetes {deprecated}"),
    ],
    remedy: "Write the object for the API version that takes its place before the next upgrade",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Develop, Mode::Preventive),
    controls: &["owasp-2022/K10", "owasp-2025/K07", "pci/14"],
    cel: None,
    examine: Examine::AnyObject(examine),
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    for (place, version) in written_by_others(object) {
        let as_written = Object { api_version: version.into(), ..object.clone() };
        let Some(written) = Written::of(&as_written, examination) else { continue };
        let known = written.known;
        let Some(deprecated) = known.deprecated.filter(|deprecated| *deprecated <= written.minor) else {
            continue;
        };
        // Nobody writes any more what the server no longer takes.
        if known.is_removed(written.minor) {
            continue;
        }
        let found = match known.removed {
            Some(removed) => written
                .found_at(place, Variants { replaced: None, bare: Some("bare") })
                .arg("removed", format!("1.{removed}")),
            None => written
                .found_at(place, Variants { replaced: Some("stays"), bare: Some("bare-stays") })
                .arg("deprecated", format!("1.{deprecated}")),
        };
        examination.report(found);
    }
    let Some(written) = Written::of(object, examination) else { return };
    let known = written.known;
    let Some(deprecated) = known.deprecated.filter(|deprecated| *deprecated <= written.minor) else { return };
    if known.is_removed(written.minor) {
        return;
    }
    let found = match known.removed {
        Some(removed) => written
            .found(object, Variants { replaced: None, bare: Some("bare") })
            .arg("removed", format!("1.{removed}")),
        None => written
            .found(object, Variants { replaced: Some("stays"), bare: Some("bare-stays") })
            .arg("deprecated", format!("1.{deprecated}")),
    };
    examination.report(found);
}

/// The other API versions in which somebody writes an object of a cluster, each once, as the API server notes them.
fn written_by_others(object: &Object) -> Vec<(Place<'_>, &str)> {
    let entries = object.root.at(&["metadata", "managedFields"]).map_or(&[][..], Node::items);
    let mut found: Vec<(Place<'_>, &str)> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let version = entry.str("apiVersion");
        let known = found.iter().any(|(_, known)| *known == version);
        if !version.is_empty() && version != object.api_version && !known {
            let place = object.place(field!["metadata", "managedFields"]).child(index).child("apiVersion");
            found.push((place, version));
        }
    }
    found
}
