//! A Kyverno policy in `Audit` reports violations and refuses no request.
//!
//! ## Why
//!
//! `Audit` is the default of ClusterPolicy and Policy: who writes nothing gets a report and no protection. The
//! stage is right while a rule is being tried. Left so, the rule protects nothing.
//!
//! The action of a rule (`validate.failureAction`, `verifyImages[].failureAction`) goes before the action of
//! the policy (`validationFailureAction`). A policy that enforces in some namespaces by overrides is being
//! rolled out and is not found. ValidatingPolicy and ImageValidatingPolicy deny by default; they are found
//! when their `validationActions` lack `Deny`. A policy that is not evaluated at admission at all is found
//! whatever its action.
//!
//! ## Mend
//!
//! Set the action to `Enforce` (`Deny` in the policies of the group `policies.kyverno.io`) once the reports
//! list no failures.
//!
//! ```yaml bad
//! apiVersion: kyverno.io/v1
//! kind: ClusterPolicy
//! metadata:
//!   name: no-latest-tag
//! spec:
//!   validationFailureAction: Audit # here
//!   rules:
//!     - name: no-latest-tag
//!       validate:
//!         message: name a version
//! ```
//!
//! ```yaml bad
//! apiVersion: kyverno.io/v1
//! kind: ClusterPolicy
//! metadata:
//!   name: no-latest-tag # here
//! spec:
//!   rules:
//!     - name: no-latest-tag
//!       validate:
//!         message: name a version
//! ```
//!
//! ```yaml bad
//! apiVersion: kyverno.io/v1
//! kind: ClusterPolicy
//! metadata:
//!   name: no-latest-tag
//! spec:
//!   validationFailureAction: Enforce
//!   rules:
//!     - name: no-latest-tag
//!       validate:
//!         failureAction: Audit # here
//!         message: name a version
//! ```
//!
//! ```yaml bad
//! apiVersion: policies.kyverno.io/v1
//! kind: ValidatingPolicy
//! metadata:
//!   name: no-latest-tag
//! spec:
//!   validationActions: [Audit] # here
//! ```
//!
//! ```yaml good
//! apiVersion: kyverno.io/v1
//! kind: ClusterPolicy
//! metadata:
//!   name: no-latest-tag
//! spec:
//!   rules:
//!     - name: no-latest-tag
//!       validate:
//!         failureAction: Enforce
//!         message: name a version
//! ---
//! apiVersion: policies.kyverno.io/v1
//! kind: ValidatingPolicy
//! metadata:
//!   name: no-latest-tag
//! spec:
//!   validationActions: [Deny]
//! ```
//!
//! ## References
//!
//! - Kyverno: Validate Rules, "Failure Action"
//! - Kyverno: ValidatingPolicy, `validationActions`

use super::prelude::*;
use crate::kyverno;

pub(super) const CHECK: Check = Check {
    id: "kyverno-audit",
    title: "Kyverno policy refuses nothing",
    message: "policy `{policy}` only reports violations: its action is `{action}`",
    variants: &[
        (
            "default",
            "policy `{policy}` only reports violations: it sets no action, and the default is `Audit`",
        ),
        ("rule", "rule `{rule}` of policy `{policy}` only reports violations: its action is `{action}`"),
        ("background", "policy `{policy}` only reports violations: it is not evaluated at admission"),
    ],
    remedy: "Set the failure action to `Enforce`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &["owasp-2022/K04", "owasp-2025/K04", "pci/15"],
    cel: None,
    examine: Examine::Object(
        &[
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
    let reporting = kyverno::reporting(policy);
    let quiet = reporting.is_empty();
    for action in reporting {
        let mut found = Found::at(action.place.clone());
        if let Some(rule) = &action.rule {
            found = found.variant("rule").arg("rule", rule.clone());
        } else if action.written.is_none() {
            found = Found::at(policy.head()).variant("default");
        }
        let mend = if policy.group() == kyverno::NEW_GROUP {
            Mend::risky("set `validationActions: [Deny]`").set(&action.place, vec!["Deny"])
        } else {
            Mend::risky("set the failure action to `Enforce`").set(&action.place, "Enforce")
        };
        let written = action.written.unwrap_or_else(|| "Audit".into());
        examination.report(found.arg("policy", policy.name.clone()).arg("action", written).mend(mend));
    }
    if let Some(place) = kyverno::switched_off(policy).filter(|_| quiet) {
        examination.report(Found::at(place).variant("background").arg("policy", policy.name.clone()));
    }
}
