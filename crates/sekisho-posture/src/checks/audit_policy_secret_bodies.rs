//! The audit policy writes the content of Secrets, ConfigMaps or tokens into the log.
//!
//! ## Why
//!
//! At the levels `Request` and `RequestResponse` the bodies go into the log: the data of each Secret that is
//! written or read, the token that a TokenReview checks, the token that a TokenRequest gives out. Logs are kept
//! longer, read by more people and guarded less than etcd is.
//!
//! ## Mend
//!
//! Put a rule with level `Metadata` for these resources before the rules that record bodies.
//!
//! ```yaml bad
//! apiVersion: audit.k8s.io/v1
//! kind: Policy
//! rules:
//!   - level: RequestResponse # here
//!     resources:
//!       - group: ""
//!         resources: ["secrets", "pods"]
//!   - level: Metadata
//! ```
//!
//! ```yaml bad
//! apiVersion: audit.k8s.io/v1
//! kind: Policy
//! rules:
//!   - level: Request # here
//! ```
//!
//! ```yaml good
//! apiVersion: audit.k8s.io/v1
//! kind: Policy
//! rules:
//!   - level: Metadata
//!     resources:
//!       - group: ""
//!         resources: ["secrets", "configmaps", "serviceaccounts/token"]
//!       - group: authentication.k8s.io
//!         resources: ["tokenreviews"]
//!   - level: RequestResponse
//! ```
//!
//! ## References
//!
//! - Kubernetes: auditing, "Audit policy"
//! - Kubernetes: audit configuration, `Policy` of `audit.k8s.io/v1`

use super::prelude::*;
use crate::audit::{self, Level, Request, Rule};

pub(super) const CHECK: Check = Check {
    id: "audit-policy-secret-bodies",
    title: "Audit policy records Secrets",
    message: "the audit log gets the content of {resources}",
    variants: &[],
    remedy: "Record Secrets, ConfigMaps and token requests at level `Metadata`",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Run, Mode::Detective),
    controls: &[
        "owasp-2022/K05",
        "owasp-2022/K08",
        "owasp-2025/K03",
        "owasp-2025/K10",
        "cis-1.12/3.2.2",
        "nsa-cisa/audit-logging",
        "nsa-cisa/secrets-protection",
        "nist-800-190/4.1.4",
        "pci/6",
        "attack/T1552.001",
    ],
    cel: None,
    examine: Examine::Object(&[("audit.k8s.io", "Policy")], examine),
};

/// A resource whose content is secret, and the verbs whose bodies hold it.
struct Target {
    group: &'static str,
    resource: &'static str,
    subresource: &'static str,
    in_request: &'static [&'static str],
    in_answer: &'static [&'static str],
}

const WRITES: &[&str] = &["create", "update", "patch"];
const ALL: &[&str] = &["create", "update", "patch", "get", "list"];

const TARGETS: &[Target] = &[
    Target { group: "", resource: "secrets", subresource: "", in_request: WRITES, in_answer: ALL },
    Target { group: "", resource: "configmaps", subresource: "", in_request: WRITES, in_answer: ALL },
    Target {
        group: "",
        resource: "serviceaccounts",
        subresource: "token",
        in_request: &[],
        in_answer: &["create"],
    },
    Target {
        group: "authentication.k8s.io",
        resource: "tokenreviews",
        subresource: "",
        in_request: &["create"],
        in_answer: &["create"],
    },
];

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    let rules = audit::rules(object);
    for (position, rule) in rules.iter().enumerate() {
        let before = rules.get(..position).unwrap_or_default();
        let leaked: Vec<_> = TARGETS.iter().filter(|target| leaks(target, rule, before)).collect();
        if leaked.is_empty() {
            continue;
        }
        let harmless = leaked.iter().all(|target| target.resource == "configmaps");
        let severity = if harmless { Severity::Low } else { Severity::High };
        let names: Vec<_> = leaked.iter().map(|target| name(target)).collect();
        let found = Found::at(rule.place()).severity(severity);
        examination.report(found.arg("resources", names.join(", ")));
    }
}

/// Whether a rule is the first that some request for the target meets, and records its content.
fn leaks(target: &Target, rule: &Rule<'_>, before: &[Rule<'_>]) -> bool {
    let verbs = match rule.level {
        Level::None | Level::Metadata => return false,
        Level::Request => target.in_request,
        Level::RequestResponse => target.in_answer,
    };
    verbs.iter().copied().any(|verb| {
        let Target { group, resource, subresource, .. } = *target;
        let request = Request { group, resource, subresource, verb };
        rule.may_match(&request) && !before.iter().any(|earlier| earlier.always_matches(&request))
    })
}

fn name(target: &Target) -> String {
    match target.subresource {
        "" => format!("`{}`", target.resource),
        subresource => format!("`{}/{subresource}`", target.resource),
    }
}
