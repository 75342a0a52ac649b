//! A rule names no resources but `*`: all of its groups, with their subresources, and all that will be added to them later.
//!
//! ## Why
//!
//! `*` among the resources of the core group is Secrets, `pods/exec` and `serviceaccounts/token` as well, whatever
//! was meant. With `*` for groups and verbs too, it is `cluster-admin` under another name.
//!
//! ## Mend
//!
//! List the resources that are used, each with its subresources. The API server's audit log tells which those are.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: operator
//! rules:
//!   - apiGroups: [""]
//!     resources: ["*"] # here
//!     verbs: [get, list, watch]
//! ```
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: owner
//! rules:
//!   - apiGroups: ["*"]
//!     resources: ["*"] # here
//!     verbs: ["*"]
//!   - nonResourceURLs: ["*"]
//!     verbs: ["*"]
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: operator
//! rules:
//!   - apiGroups: [""]
//!     resources: [pods, services]
//!     verbs: [get, list, watch]
//!   - apiGroups: [apps]
//!     resources: ["*/scale"]
//!     verbs: [get]
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Role Based Access Control Good Practices, "Least privilege"
//! - CIS Kubernetes Benchmark 1.12, 5.1.3

use sekisho_manifest::rbac::{self, ALL, PolicyRule, RuleField};

use super::prelude::*;
use crate::rbac::{Holding, Power, ROLES, grants_everything, holding, is_bootstrap, list, no_rule_at_all};

pub(super) const CHECK: Check = Check {
    id: "wildcard-resources",
    title: "Role grants all resources",
    message: "`{role}` grants `{verbs}` on every resource of `{groups}`",
    variants: &[
        ("everything", "`{role}` grants every verb on every resource of every group: it is `cluster-admin`"),
        ("everything-namespace", "`{role}` grants every verb on every resource of its namespace"),
        ("includes", "`{role}` grants `{verbs}` on every resource of `{groups}`, `{included}` included"),
        ("urls", "`{role}` grants `{verbs}` on every path of the API server that is no resource"),
    ],
    remedy: "List the resources that are used",
    severity: Severity::High,
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
    cel: Some(no_rule_at_all!(
        "'*' in rule.?resources.orValue([]) && rule.?verbs.orValue([]).size() > 0 && ",
        "rule.?apiGroups.orValue([]).size() > 0 || object.kind == 'ClusterRole' && '*' in ",
        "rule.?nonResourceURLs.orValue([]) && rule.?verbs.orValue([]).size() > 0 && ",
        "!has(rule.resources)"
    )),
    examine: Examine::Object(ROLES, examine),
};

/// What a wildcard may take in unseen.
const POWERS: &[(&Check, &Power)] = &[
    (&super::escalate_roles::CHECK, &super::escalate_roles::POWER),
    (&super::bind_roles::CHECK, &super::bind_roles::POWER),
    (&super::impersonate::CHECK, &super::impersonate::POWER),
    (&super::token_creation::CHECK, &super::token_creation::POWER),
    (&super::read_secrets::CHECK, &super::read_secrets::POWER),
    (&super::pods_exec::CHECK, &super::pods_exec::POWER),
    (&super::ephemeral_containers_write::CHECK, &super::ephemeral_containers_write::POWER),
    (&super::create_workloads::CHECK, &super::create_workloads::POWER),
    (&super::nodes_proxy::CHECK, &super::nodes_proxy::POWER),
    (&super::webhook_configuration_write::CHECK, &super::webhook_configuration_write::POWER),
    (&super::policy_write::CHECK, &super::policy_write::POWER),
    (&super::csr_approval::CHECK, &super::csr_approval::POWER),
    (&super::persistent_volume_write::CHECK, &super::persistent_volume_write::POWER),
    (&super::namespace_label_write::CHECK, &super::namespace_label_write::POWER),
    (&super::service_status_patch::CHECK, &super::service_status_patch::POWER),
];

fn examine<'a>(role: &'a Object, examination: &mut Examination<'a>) {
    if is_bootstrap(role) {
        return;
    }
    let holding = holding(role, examination.inventory());
    let everything = grants_everything(role);
    for rule in rbac::rules(role) {
        if everything && !rule.grants_everything() {
            continue;
        }
        examine_rule(&rule, &holding, examination);
    }
}

fn examine_rule<'a>(rule: &PolicyRule<'a>, holding: &Holding<'a>, examination: &mut Examination<'a>) {
    let about_resources = rule.is_about_resources();
    let field = if about_resources { RuleField::Resources } else { RuleField::NonResourceUrls };
    let Some(item) = rule.item(field, ALL) else { return };
    let texts =
        |field| list(rule.items(field).map(|item| if item.text.is_empty() { "core" } else { item.text }));
    let found = holding
        .found(rule.place(item))
        .arg("role", rule.role.name.clone())
        .arg("verbs", texts(RuleField::Verbs))
        .arg("groups", texts(RuleField::ApiGroups));
    let found = if !about_resources {
        if !holding.cluster_wide || rule.items(RuleField::Verbs).next().is_none() {
            return;
        }
        found.variant("urls").severity(Severity::Low)
    } else if rule.grants_everything() {
        let variant = if holding.cluster_wide { "everything" } else { "everything-namespace" };
        found.variant(variant).severity(holding.severity(Severity::Critical, Severity::High))
    } else if let Some((severity, included)) = worst(rule, holding) {
        found.variant("includes").severity(severity).arg("included", included)
    } else {
        found.severity(Severity::Low)
    };
    examination.report(found);
}

/// The worst power that the rule grants through its wildcard, and the resource it is over.
fn worst(rule: &PolicyRule<'_>, holding: &Holding<'_>) -> Option<(Severity, &'static str)> {
    let mut worst: Option<(Severity, &'static str)> = None;
    for (check, power) in POWERS {
        let Some((group, resource)) = power.resource_granted(rule, holding) else { continue };
        let severity = holding.severity(check.severity, power.in_namespace);
        if worst.is_none_or(|(known, _)| severity > known) {
            worst = Some((severity, if resource == ALL { group } else { resource }));
        }
    }
    worst
}
