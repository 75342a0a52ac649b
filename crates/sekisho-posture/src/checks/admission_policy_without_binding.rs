//! A ValidatingAdmissionPolicy or MutatingAdmissionPolicy that no binding names is never evaluated.
//!
//! ## Why
//!
//! A policy says what holds; a binding says where. The API server takes a policy without a binding and does
//! nothing with it: it looks like protection and is none.
//!
//! Bindings are looked for among the objects of the run, so a policy whose binding is kept elsewhere is found
//! too.
//!
//! ## Mend
//!
//! Add a ValidatingAdmissionPolicyBinding (or MutatingAdmissionPolicyBinding) whose `policyName` is the name of
//! the policy.
//!
//! ```yaml bad
//! apiVersion: admissionregistration.k8s.io/v1
//! kind: ValidatingAdmissionPolicy
//! metadata:
//!   name: no-host-path # here
//! spec:
//!   validations:
//!     - expression: "true"
//! ```
//!
//! ```yaml good
//! apiVersion: admissionregistration.k8s.io/v1
//! kind: ValidatingAdmissionPolicy
//! metadata:
//!   name: no-host-path
//! spec:
//!   validations:
//!     - expression: "true"
//! ---
//! apiVersion: admissionregistration.k8s.io/v1
//! kind: ValidatingAdmissionPolicyBinding
//! metadata:
//!   name: no-host-path-everywhere
//! spec:
//!   policyName: no-host-path
//!   validationActions: [Deny]
//! ```
//!
//! ## References
//!
//! - Kubernetes: Validating Admission Policy
//! - Kubernetes: Mutating Admission Policy

use std::collections::HashSet;

use super::prelude::*;
use crate::admission::GROUP;

pub(super) const CHECK: Check = Check {
    id: "admission-policy-without-binding",
    title: "Admission policy without binding",
    message: "no {kind}Binding names the policy `{policy}`: it is never evaluated",
    variants: &[],
    remedy: "Add a binding whose `policyName` is the name of the policy",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &["owasp-2022/K04", "owasp-2025/K04", "pci/15"],
    cel: None,
    examine: Examine::Inventory(
        &[(GROUP, "ValidatingAdmissionPolicy"), (GROUP, "MutatingAdmissionPolicy")],
        examine,
    ),
};

fn examine(examination: &mut Examination<'_>) {
    let inventory = examination.inventory();
    for (kind, binding) in [
        ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"),
        ("MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"),
    ] {
        let bound: HashSet<&str> = inventory
            .of(GROUP, binding)
            .filter_map(|binding| binding.root.at(&["spec", "policyName"])?.as_str())
            .collect();
        for policy in inventory.of(GROUP, kind).filter(|policy| !bound.contains(policy.name.as_str())) {
            let found = Found::at(policy.head()).arg("policy", policy.name.clone()).arg("kind", kind);
            examination.report(found);
        }
    }
}
