//! A ValidatingAdmissionPolicyBinding whose actions lack `Deny` refuses no request.
//!
//! ## Why
//!
//! `Warn` tells the client, `Audit` writes a note into the audit log; both admit the object. The stage is right
//! while a new rule is being tried. Left so, the rule protects nothing.
//!
//! ## Mend
//!
//! Add `Deny` to `validationActions` once the notes stay away. `Deny` and `Warn` exclude each other, `Deny` and
//! `Audit` do not.
//!
//! ```yaml bad
//! apiVersion: admissionregistration.k8s.io/v1
//! kind: ValidatingAdmissionPolicyBinding
//! metadata:
//!   name: no-host-path-everywhere
//! spec:
//!   policyName: no-host-path
//!   validationActions: [Warn, Audit] # here
//! ```
//!
//! ```yaml good
//! apiVersion: admissionregistration.k8s.io/v1
//! kind: ValidatingAdmissionPolicyBinding
//! metadata:
//!   name: no-host-path-everywhere
//! spec:
//!   policyName: no-host-path
//!   validationActions: [Deny, Audit]
//! ```
//!
//! ## References
//!
//! - Kubernetes: Validating Admission Policy, "Validation actions"

use super::prelude::*;
use crate::admission::GROUP;

pub(super) const CHECK: Check = Check {
    id: "admission-policy-audit-only",
    title: "Admission policy denies nothing",
    message: "binding `{binding}` of the policy `{policy}` denies nothing: its `validationActions` lack `Deny`",
    variants: &[],
    remedy: "Add `Deny` to `validationActions`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &["owasp-2022/K04", "owasp-2025/K04", "pci/15"],
    cel: Some("'Deny' in object.?spec.?validationActions.orValue([])"),
    examine: Examine::Object(&[(GROUP, "ValidatingAdmissionPolicyBinding")], examine),
};

fn examine<'a>(binding: &'a Object, examination: &mut Examination<'a>) {
    let place = binding.place(field!["spec", "validationActions"]);
    let actions: Vec<&str> =
        place.node().map_or(&[][..], Node::items).iter().filter_map(Node::as_str).collect();
    if actions.contains(&"Deny") {
        return;
    }
    let wanted: Vec<&str> =
        ["Deny"].into_iter().chain(actions.into_iter().filter(|action| *action == "Audit")).collect();
    let policy = binding.root.at(&["spec", "policyName"]).and_then(Node::as_str).unwrap_or("");
    let mend = Mend::risky("add `Deny` to `validationActions`").set(&place, wanted);
    examination
        .report(Found::at(place).arg("binding", binding.name.clone()).arg("policy", policy).mend(mend));
}
