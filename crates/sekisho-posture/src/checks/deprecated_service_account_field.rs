//! A Pod names its service account in a field that is deprecated.
//!
//! ## Why
//!
//! `serviceAccount` is an old name of `serviceAccountName`. Tools and policies that look only at the newer field take the
//! Pod for one of the account `default`.
//!
//! Objects that come from a cluster carry both fields and are not reported.
//!
//! ## Mend
//!
//! Rename the field to `serviceAccountName`.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   serviceAccount: shop # here
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   serviceAccount: shop
//!   serviceAccountName: shop
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - Kubernetes API reference: `PodSpec.serviceAccount`

use super::prelude::*;
pub(super) const CHECK: Check = Check {
    id: "deprecated-service-account-field",
    title: "Pod names its service account in a deprecated field",
    message: "the Pod names its service account in `serviceAccount`, which is deprecated",
    variants: &[],
    remedy: "Rename the field to `serviceAccountName`",
    severity: Severity::Info,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Cluster, Phase::Develop, Mode::Preventive),
    controls: &["pci/15"],
    cel: Some("!pod.?serviceAccount.hasValue() || pod.?serviceAccountName.hasValue()"),
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    let account = pod.spec.str("serviceAccount");
    if account.is_empty() || pod.spec.get("serviceAccountName").is_some() {
        return;
    }
    let place = pod.field(field!["serviceAccount"]);
    let mend = Mend::safe("rename `serviceAccount` to `serviceAccountName`")
        .set(&pod.field(field!["serviceAccountName"]), account)
        .remove(&place);
    examination.report(Found::at(place).mend(mend));
}
