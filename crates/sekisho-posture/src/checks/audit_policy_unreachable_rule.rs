//! A rule of the audit policy never decides, because a rule before it takes every request.
//!
//! ## Why
//!
//! The first rule that matches decides. What stands behind a rule without conditions has no effect, whatever it
//! says: who wrote it believes that Secrets are kept out, or that changes are recorded with their bodies, and
//! neither is so.
//!
//! ## Mend
//!
//! Move the rule that matches everything to the end.
//!
//! ```yaml bad
//! apiVersion: audit.k8s.io/v1
//! kind: Policy
//! rules:
//!   - level: RequestResponse
//!     omitStages: ["RequestReceived"]
//!   - level: Metadata # here
//!     resources:
//!       - group: ""
//!         resources: ["secrets"]
//!   - level: None # here
//!     users: ["system:kube-proxy"]
//! ```
//!
//! ```yaml good
//! apiVersion: audit.k8s.io/v1
//! kind: Policy
//! rules:
//!   - level: Metadata
//!     resources:
//!       - group: ""
//!         resources: ["secrets"]
//!   - level: Request
//! ```
//!
//! ## References
//!
//! - Kubernetes: auditing, "Audit policy"

use super::prelude::*;
use crate::audit;

pub(super) const CHECK: Check = Check {
    id: "audit-policy-unreachable-rule",
    title: "Audit policy has a rule that never decides",
    message: "this rule never decides: the rule at place {place} before it takes every request",
    variants: &[],
    remedy: "Move the rule that matches everything to the end",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Run, Mode::Detective),
    controls: &[
        "owasp-2022/K05",
        "owasp-2025/K10",
        "cis-1.12/3.2.2",
        "nsa-cisa/audit-logging",
        "pci/7",
        "attack/T1685.004",
    ],
    cel: None,
    examine: Examine::Object(&[("audit.k8s.io", "Policy")], examine),
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    let rules = audit::rules(object);
    let Some(position) = rules.iter().position(audit::Rule::matches_everything) else { return };
    let place = rules.get(position).map_or(0, |rule| rule.index() + 1);
    for rule in rules.get(position + 1..).unwrap_or_default() {
        examination.report(Found::at(rule.place()).arg("place", place.to_string()));
    }
}
