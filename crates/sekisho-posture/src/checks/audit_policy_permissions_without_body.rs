//! The audit policy records that permissions were changed, and not to what.
//!
//! ## Why
//!
//! At level `Metadata` an event says that someone created a binding, and neither to whom it gives which role nor
//! what a role grants. Rules for audit events that look for `cluster-admin` or for wildcards find nothing in it.
//! Roles and bindings hold no secrets: their bodies are small and safe to keep.
//!
//! ## Mend
//!
//! Put a rule with level `Request` for the group `rbac.authorization.k8s.io` and its changing verbs before rules
//! with level `Metadata`.
//!
//! ```yaml bad
//! apiVersion: audit.k8s.io/v1
//! kind: Policy
//! rules:
//!   - level: Metadata # here
//! ```
//!
//! ```yaml good
//! apiVersion: audit.k8s.io/v1
//! kind: Policy
//! rules:
//!   - level: Request
//!     verbs: ["create", "update", "patch", "delete"]
//!     resources:
//!       - group: rbac.authorization.k8s.io
//!   - level: Metadata
//! ```
//!
//! ## References
//!
//! - Kubernetes: auditing, "Audit policy"
//! - Kubernetes: audit configuration, `Policy` of `audit.k8s.io/v1`

use super::prelude::*;
use crate::audit::{self, Level, Request};

pub(super) const CHECK: Check = Check {
    id: "audit-policy-permissions-without-body",
    title: "Audit policy records no bodies of roles and bindings",
    message: "changes of roles and bindings are recorded here without what they grant",
    variants: &[],
    remedy: "Record changes of roles and bindings at level `Request`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Cluster, Phase::Run, Mode::Detective),
    controls: &[
        "owasp-2022/K05",
        "owasp-2025/K10",
        "cis-1.12/3.2.2",
        "nsa-cisa/audit-logging",
        "pci/7",
        "attack/T1685.004",
        "attack/T1098.006",
    ],
    cel: None,
    examine: Examine::Object(&[("audit.k8s.io", "Policy")], examine),
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    let rules = audit::rules(object);
    let group = "rbac.authorization.k8s.io";
    let resources = ["roles", "clusterroles", "rolebindings", "clusterrolebindings"];
    let decides = |resource: &'static str| {
        let request = Request { group, resource, subresource: "", verb: "create" };
        rules.iter().find(|rule| rule.always_matches(&request))
    };
    let deciding: std::collections::BTreeSet<usize> = resources
        .into_iter()
        .filter_map(decides)
        .filter(|rule| rule.level == Level::Metadata)
        .map(audit::Rule::index)
        .collect();
    for index in deciding {
        examination.report(Found::at(object.place(field!["rules", index, "level"])));
    }
}
