//! A rule names no API groups but `*`: its resources count in every group that there is or that will be added later.
//!
//! ## Why
//!
//! The same word names a resource in several groups. Whoever installs a custom resource by the name of a granted one
//! gives it away with it.
//!
//! ## Mend
//!
//! List the groups; the core group is the empty text `""`.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: reader
//! rules:
//!   - apiGroups: ["*"] # here
//!     resources: [deployments]
//!     verbs: [get, list]
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: reader
//! rules:
//!   - apiGroups: ["", apps]
//!     resources: [pods, deployments]
//!     verbs: [get, list]
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Role Based Access Control Good Practices, "Least privilege"
//! - CIS Kubernetes Benchmark 1.12, 5.1.3

use sekisho_manifest::rbac::{self, ALL, RuleField};

use super::prelude::*;
use crate::rbac::{ROLES, grants_everything, holding, is_bootstrap, list, no_rule};

pub(super) const CHECK: Check = Check {
    id: "wildcard-api-groups",
    title: "Role grants resources of all API groups",
    message: "`{role}` grants `{resources}` of every API group",
    variants: &[],
    remedy: "List the API groups",
    severity: Severity::Low,
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
    ],
    cel: Some(no_rule!(
        "'*' in rule.?apiGroups.orValue([]) && rule.?verbs.orValue([]).size() > 0 && ",
        "rule.?resources.orValue([]).exists(resource, !resource.startsWith('*')) && !('*' in ",
        "rule.resources)"
    )),
    examine: Examine::Object(ROLES, examine),
};

fn examine<'a>(role: &'a Object, examination: &mut Examination<'a>) {
    if is_bootstrap(role) || grants_everything(role) {
        return;
    }
    let holding = holding(role, examination.inventory());
    for rule in rbac::rules(role) {
        // A wildcard among the resources is the greater fault, and `wildcard-resources` tells it. A
        // subresource of everything (`*/scale`) is meant for every group.
        let mut resources = rule.items(RuleField::Resources);
        let everything = rule.item(RuleField::Resources, ALL).is_some();
        if !rule.is_about_resources() || everything || resources.all(|item| item.text.starts_with('*')) {
            continue;
        }
        let Some(item) = rule.item(RuleField::ApiGroups, ALL) else { continue };
        examination.report(
            holding
                .found(rule.place(item))
                .arg("role", role.name.clone())
                .arg("resources", list(rule.items(RuleField::Resources).map(|item| item.text))),
        );
    }
}
