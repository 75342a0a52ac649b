//! A rule names no verbs but `*`: all that there are, and all that will be added later.
//!
//! ## Why
//!
//! Besides the verbs one thinks of, `*` is `escalate` and `bind` on roles, `impersonate` on service accounts,
//! `approve` on signers and `deletecollection` on anything.
//!
//! ## Mend
//!
//! List the verbs that are used.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: operator
//! rules:
//!   - apiGroups: [apps]
//!     resources: [deployments]
//!     verbs: ["*"] # here
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: operator
//! rules:
//!   - apiGroups: [apps]
//!     resources: [deployments]
//!     verbs: [get, list, watch]
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Role Based Access Control Good Practices, "Least privilege"
//! - CIS Kubernetes Benchmark 1.12, 5.1.3

use sekisho_manifest::rbac::{self, ALL, RuleField};

use super::prelude::*;
use crate::rbac::{ROLES, grants_everything, holding, is_bootstrap, is_custom, list, no_rule};

pub(super) const CHECK: Check = Check {
    id: "wildcard-verbs",
    title: "Role grants all verbs",
    message: "`{role}` grants every verb on `{resources}`",
    variants: &[],
    remedy: "List the verbs that are used",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "cis-1.12/5.1.3",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "pci/2",
        "attack/T1078",
    ],
    cel: Some(no_rule!(
        "'*' in rule.?verbs.orValue([]) && rule.?apiGroups.orValue([]).size() > 0 && ",
        "rule.?resources.orValue([]).size() > 0 && !('*' in rule.resources)"
    )),
    examine: Examine::Object(ROLES, examine),
};

fn examine<'a>(role: &'a Object, examination: &mut Examination<'a>) {
    if is_bootstrap(role) || grants_everything(role) {
        return;
    }
    let holding = holding(role, examination.inventory());
    for rule in rbac::rules(role) {
        // A wildcard among the resources is the greater fault, and `wildcard-resources` tells it.
        if !rule.is_about_resources() || rule.item(RuleField::Resources, ALL).is_some() {
            continue;
        }
        let Some(item) = rule.item(RuleField::Verbs, ALL) else { continue };
        let harmless = is_custom(&rule) || rule.is_limited_to_names();
        let severity =
            if harmless { Severity::Low } else { holding.severity(Severity::Medium, Severity::Low) };
        examination.report(
            holding
                .found(rule.place(item))
                .severity(severity)
                .arg("role", role.name.clone())
                .arg("resources", list(rule.items(RuleField::Resources).map(|item| item.text))),
        );
    }
}
