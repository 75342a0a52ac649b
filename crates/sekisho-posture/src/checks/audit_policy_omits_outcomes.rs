//! The audit policy leaves out the stage at which a request was answered.
//!
//! ## Why
//!
//! Only the events of the stages `ResponseComplete` and, for watches and sessions, `ResponseStarted` say whether a
//! request was allowed and what came of it. Without the stage `Panic` a request that brought the API server down
//! leaves no end. A log of requests that came in cannot tell an attempt from a success.
//!
//! ## Mend
//!
//! Omit the stage `RequestReceived` alone: it says nothing that the later ones do not.
//!
//! ```yaml bad
//! apiVersion: audit.k8s.io/v1
//! kind: Policy
//! omitStages: ["ResponseComplete"] # here
//! rules:
//!   - level: Metadata
//! ```
//!
//! ```yaml bad
//! apiVersion: audit.k8s.io/v1
//! kind: Policy
//! rules:
//!   - level: Metadata
//!     omitStages: ["ResponseComplete", "Panic"] # here
//! ```
//!
//! ```yaml good
//! apiVersion: audit.k8s.io/v1
//! kind: Policy
//! omitStages: ["RequestReceived"]
//! rules:
//!   - level: Metadata
//!   - level: None
//!     omitStages: ["ResponseComplete"]
//! ```
//!
//! ## References
//!
//! - Kubernetes: auditing, "Audit policy"
//! - Kubernetes: audit configuration, `Policy` of `audit.k8s.io/v1`

use super::prelude::*;
use crate::audit::{self, Level};

pub(super) const CHECK: Check = Check {
    id: "audit-policy-omits-outcomes",
    title: "Audit policy leaves out what came of requests",
    message: "the stage {stages} is left out, and with it what came of requests",
    variants: &[],
    remedy: "Omit the stage `RequestReceived` alone",
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

/// The stages without which a request has no end.
const ENDS: &[&str] = &["ResponseComplete", "Panic"];

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    let omitted = |node: &'a Node| -> Vec<&'a str> {
        node.strings("omitStages").filter(|stage| ENDS.contains(stage)).collect()
    };
    let mut report = |stages: Vec<&str>, place| {
        // A panic is rare; without it alone little is lost.
        if stages.contains(&"ResponseComplete") {
            let shown = stages.iter().map(|stage| format!("`{stage}`")).collect::<Vec<_>>().join(", ");
            examination.report(Found::at(place).arg("stages", shown));
        }
    };
    report(omitted(&object.root), object.place(field!["omitStages"]));
    for rule in audit::rules(object).iter().filter(|rule| rule.level != Level::None) {
        let place = object.place(field!["rules", rule.index(), "omitStages"]);
        let node = object.root.get("rules").and_then(|rules| rules.items().get(rule.index()));
        report(node.map(omitted).unwrap_or_default(), place);
    }
}
