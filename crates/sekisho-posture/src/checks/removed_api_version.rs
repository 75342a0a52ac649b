//! An object is written for an API version that Kubernetes no longer serves.
//!
//! ## Why
//!
//! The API server refuses such an object. What was applied before the upgrade keeps running, but it can no
//! longer be changed or rolled out again from its manifest: not for a fix of a vulnerability either. Where the
//! kind is gone altogether, as PodSecurityPolicy is, so is the protection that it gave.
//!
//! The release that the manifests are meant for comes from the configuration. Where none is named, a version
//! counts as removed that the newest known release has removed; when a release that is still supported serves
//! it, the finding is less sure.
//!
//! ## Mend
//!
//! Write the object for the version that took its place. In many cases the version is all that has to change,
//! and `sekisho fix` changes it; in others fields moved too, as in Ingress, CustomResourceDefinition and
//! webhook configurations.
//!
//! ```yaml bad
//! apiVersion: batch/v1beta1 # here
//! kind: CronJob
//! metadata:
//!   name: report
//! spec:
//!   schedule: "0 4 * * *"
//!   jobTemplate:
//!     spec:
//!       template:
//!         spec:
//!           restartPolicy: Never
//!           containers:
//!             - name: report
//!               image: registry.example.com/report:2.0.1
//! ```
//!
//! ```yaml bad
//! apiVersion: policy/v1beta1 # here
//! kind: PodSecurityPolicy
//! metadata:
//!   name: restricted
//! spec:
//!   privileged: false
//! ---
//! apiVersion: apps/v1alpha1 # here
//! kind: PetSet
//! metadata:
//!   name: store
//! ```
//!
//! ```yaml good
//! apiVersion: batch/v1
//! kind: CronJob
//! metadata:
//!   name: report
//! spec:
//!   schedule: "0 4 * * *"
//!   jobTemplate:
//!     spec:
//!       template:
//!         spec:
//!           restartPolicy: Never
//!           containers:
//!             - name: report
//!               image: registry.example.com/report:2.0.1
//! ---
//! apiVersion: example.com/v1beta1
//! kind: CronJob
//! metadata:
//!   name: a-custom-resource
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Deprecated API Migration Guide
//! - Kubernetes documentation: Kubernetes Deprecation Policy

use sekisho_manifest::api::LATEST_MINOR;

use super::prelude::*;
use crate::api_version::{Variants, Written};

pub(super) const CHECK: Check = Check {
    id: "removed-api-version",
    title: "API version is no longer served",
    message: "`{version}` {kind} was removed in Kubernetes {removed}, use `{replacement}`",
    variants: &[(
        "bare",
        "`{version}` {kind} was removed in Kubernetes {removed}, and nothing took its place",
    )],
    remedy: "Write the object for an API version that the cluster serves",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Develop, Mode::Preventive),
    controls: &["owasp-2022/K10", "owasp-2025/K07", "nsa-cisa/vulnerability-patching", "pci/14"],
    cel: None,
    examine: Examine::AnyObject(examine),
};

/// How many minor releases are supported at a time.
const SUPPORTED: u32 = 3;

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    let Some(written) = Written::of(object, examination) else { return };
    let Some(removed) = written.known.removed.filter(|removed| *removed <= written.minor) else { return };
    let unnamed = examination.settings().kubernetes_minor.is_none();
    let still_served = unnamed && removed + SUPPORTED > LATEST_MINOR + 1;
    examination.report(
        written
            .found(object, Variants { replaced: None, bare: Some("bare") })
            .arg("removed", format!("1.{removed}"))
            .confidence(if still_served { Confidence::Medium } else { CHECK.confidence }),
    );
}
