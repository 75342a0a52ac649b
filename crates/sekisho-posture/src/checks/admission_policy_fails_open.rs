//! An admission policy that the API server or Kyverno evaluates lets a request through when the evaluation fails.
//!
//! ## Why
//!
//! With `failurePolicy: Ignore` an expression that ends in an error counts as passed. The author of an object
//! often decides what an expression meets: a field that is absent, a list where a value was expected. For a
//! Kyverno policy the field also decides what the API server does while Kyverno does not answer.
//!
//! A Kyverno policy that does not enforce is left out: it lets everything through by itself.
//!
//! ## Mend
//!
//! Set `failurePolicy: Fail`, which is the default, and write expressions that hold for absent fields.
//!
//! ```yaml bad
//! apiVersion: admissionregistration.k8s.io/v1
//! kind: ValidatingAdmissionPolicy
//! metadata:
//!   name: no-host-path
//! spec:
//!   failurePolicy: Ignore # here
//! ```
//!
//! ```yaml bad
//! apiVersion: kyverno.io/v1
//! kind: ClusterPolicy
//! metadata:
//!   name: no-host-path
//! spec:
//!   validationFailureAction: Enforce
//!   webhookConfiguration:
//!     failurePolicy: Ignore # here
//!   rules:
//!     - name: no-host-path
//!       validate:
//!         message: no host paths
//! ```
//!
//! ```yaml good
//! apiVersion: admissionregistration.k8s.io/v1
//! kind: ValidatingAdmissionPolicy
//! metadata:
//!   name: no-host-path
//! spec:
//!   failurePolicy: Fail
//! ```
//!
//! ## References
//!
//! - Kubernetes: Validating Admission Policy, "Failure Policy"
//! - Kyverno: Policy Settings, `failurePolicy`

use super::prelude::*;
use crate::admission::GROUP;
use crate::kyverno;

pub(super) const CHECK: Check = Check {
    id: "admission-policy-fails-open",
    title: "Admission policy fails open",
    message: "policy `{policy}` lets a request through when it cannot be evaluated: `failurePolicy` is `Ignore`",
    variants: &[],
    remedy: "Set `failurePolicy: Fail`",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &["owasp-2022/K04", "owasp-2025/K04", "pci/15", "attack/T1685"],
    cel: None,
    examine: Examine::Object(
        &[
            (GROUP, "ValidatingAdmissionPolicy"),
            (kyverno::GROUP, "ClusterPolicy"),
            (kyverno::GROUP, "Policy"),
            (kyverno::NEW_GROUP, "ValidatingPolicy"),
            (kyverno::NEW_GROUP, "NamespacedValidatingPolicy"),
            (kyverno::NEW_GROUP, "ImageValidatingPolicy"),
            (kyverno::NEW_GROUP, "NamespacedImageValidatingPolicy"),
        ],
        examine,
    ),
};

fn examine<'a>(policy: &'a Object, examination: &mut Examination<'a>) {
    if policy.group() != GROUP && !kyverno::enforces(policy) {
        return;
    }
    for path in [field!["spec", "failurePolicy"], field!["spec", "webhookConfiguration", "failurePolicy"]] {
        let place = policy.place(path);
        if place.node().and_then(Node::as_str) == Some("Ignore") {
            let mend = Mend::risky("set `failurePolicy: Fail`").set(&place, "Fail");
            examination.report(Found::at(place).arg("policy", policy.name.clone()).mend(mend));
        }
    }
}
