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
