//! A rule of the audit policy leaves out every request that comes to it.
//!
//! ## Why
//!
//! The first rule that matches decides. A rule with level `None` and nothing else matches everything: the rules
//! after it have no effect, and whatever the rules before it do not name leaves no trace. As the first rule it
//! switches the audit log off.
//!
//! ## Mend
//!
//! Give the last rule the level `Metadata`, and move rules with level `None` before it, each naming what it
//! leaves out.
//!
//! ```yaml bad
//! apiVersion: audit.k8s.io/v1
//! kind: Policy
//! rules:
//!   - level: None # here
//!   - level: RequestResponse
//!     resources:
//!       - group: rbac.authorization.k8s.io
//! ```
//!
//! ```yaml bad
//! apiVersion: audit.k8s.io/v1
//! kind: Policy
//! rules:
//!   - level: Metadata
//!     resources:
//!       - group: ""
//!         resources: ["secrets"]
//!   - level: None # here
//! ```
//!
//! ```yaml good
//! apiVersion: audit.k8s.io/v1
//! kind: Policy
//! rules:
//!   - level: None
//!     nonResourceURLs: ["/healthz*", "/livez*", "/readyz*"]
//!   - level: Metadata
//! ```
//!
//! ## References
//!
//! - Kubernetes: auditing, "Audit policy"
//! - Kubernetes: audit configuration, `Policy` of `audit.k8s.io/v1`

use super::prelude::*;
use crate::audit::{self, Level};

pub(super) const CHECK: Check = Check {
    id: "audit-policy-catch-all-none",
    title: "Audit policy leaves out all that is not named",
    message: "this rule leaves out every request that no rule before it names",
    variants: &[("first", "this rule leaves out every request: nothing is recorded")],
    remedy: "Give the catch-all rule the level `Metadata`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Run, Mode::Detective),
    controls: &[
        "owasp-2022/K05",
        "owasp-2025/K10",
        "cis-1.12/3.2.2",
        "cis-1.12/3.2.1",
        "nsa-cisa/audit-logging",
        "pci/7",
        "attack/T1685.004",
    ],
    cel: None,
    examine: Examine::Object(&[("audit.k8s.io", "Policy")], examine),
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    let rules = audit::rules(object);
    let Some(rule) = rules.iter().find(|rule| rule.matches_everything()) else { return };
    if rule.level != Level::None {
        return;
    }
    let found = Found::at(rule.place());
    examination.report(match rule.index() {
        0 => found.variant("first").severity(Severity::High),
        _ => found,
    });
}
