//! A role lets its holder create Pods, or objects that make Pods, or change their templates.
//!
//! ## Why
//!
//! Who chooses the Pod chooses its service account, its Secrets, its volumes and, where no Pod Security level forbids
//! it, its privileges. So the right to start a workload is the right to read every Secret of the namespace and to use
//! every service account in it; in the whole cluster it is cluster-admin by another name.
//!
//! ## Mend
//!
//! Grant it in single namespaces, to controllers and pipelines only, and enforce the Pod Security level `restricted`
//! there. What only scales workloads needs `deployments/scale`.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: job-runner
//! rules:
//!   - apiGroups: [batch]
//!     resources: [jobs]
//!     verbs:
//!       - get
//!       - create # here
//! ```
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata:
//!   name: reloader
//!   namespace: shop
//! rules:
//!   - apiGroups: [apps]
//!     resources: [deployments]
//!     verbs:
//!       - list
//!       - patch # here
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata:
//!   name: scaler
//!   namespace: shop
//! rules:
//!   - apiGroups: [apps]
//!     resources: [deployments]
//!     verbs: [get, list]
//!   - apiGroups: [apps]
//!     resources: [deployments/scale]
//!     verbs: [get, patch]
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Role Based Access Control Good Practices, "Workload creation"
//! - CIS Kubernetes Benchmark 1.12, 5.1.4

use super::prelude::*;
use crate::rbac::{Point, Power, ROLES, no_rule};

pub(super) const CHECK: Check = Check {
    id: "create-workloads",
    title: "Role may start any workload",
    message: "`{role}` may start any workload in every namespace (`{verbs}` on `{resources}`)",
    variants: &[
        ("namespace", "`{role}` may start any workload in its namespace (`{verbs}` on `{resources}`)"),
        (
            "change",
            "`{role}` may change the Pods of every workload of the cluster (`{verbs}` on `{resources}`)",
        ),
        (
            "change-namespace",
            "`{role}` may change the Pods of every workload of its namespace (`{verbs}` on `{resources}`)",
        ),
    ],
    remedy: "Grant it in single namespaces and enforce a Pod Security level there",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "cis-1.12/5.1.4",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "pci/2",
        "attack/T1610",
        "microsoft-threat-matrix/MS-TA9008",
        "microsoft-threat-matrix/MS-TA9012",
        "microsoft-threat-matrix/MS-TA9014",
    ],
    cel: Some(no_rule!(
        "(rule.?verbs.orValue([]).exists(verb, verb in ['create', '*']) && ",
        "(rule.?apiGroups.orValue([]).exists(group, group in ['', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ['pods', ",
        "'replicationcontrollers']) || rule.?apiGroups.orValue([]).exists(group, group in ",
        "['apps', '*']) && rule.?resources.orValue([]).exists(resource, resource in ",
        "['deployments', 'statefulsets', 'daemonsets', 'replicasets']) || ",
        "rule.?apiGroups.orValue([]).exists(group, group in ['batch', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ['jobs', 'cronjobs'])) || ",
        "rule.?verbs.orValue([]).exists(verb, verb in ['update', 'patch', '*']) && ",
        "(rule.?apiGroups.orValue([]).exists(group, group in ['', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ['replicationcontrollers']) || ",
        "rule.?apiGroups.orValue([]).exists(group, group in ['apps', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ['deployments', ",
        "'statefulsets', 'daemonsets', 'replicasets']) || ",
        "rule.?apiGroups.orValue([]).exists(group, group in ['batch', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ['cronjobs']))) && ",
        "rule.?resourceNames.orValue([]).size() == 0"
    )),
    examine: Examine::Object(ROLES, examine),
};

pub(super) const POWER: Power = Power {
    verbs: &["create"],
    namespaced: &[
        ("", "pods"),
        ("", "replicationcontrollers"),
        ("apps", "deployments"),
        ("apps", "statefulsets"),
        ("apps", "daemonsets"),
        ("apps", "replicasets"),
        ("batch", "jobs"),
        ("batch", "cronjobs"),
    ],
    point: Point::Verb,
    in_namespace: Severity::Medium,
    ..Power::BASE
};

/// Whoever changes a template makes the Pods of his choice all the same. A Pod itself can hardly be changed.
const CHANGE: Power = Power {
    verbs: &["update", "patch"],
    namespaced: &[
        ("", "replicationcontrollers"),
        ("apps", "deployments"),
        ("apps", "statefulsets"),
        ("apps", "daemonsets"),
        ("apps", "replicasets"),
        ("batch", "cronjobs"),
    ],
    wording: (Some("change"), "change-namespace"),
    ..POWER
};

fn examine<'a>(role: &'a Object, examination: &mut Examination<'a>) {
    POWER.examine(role, examination);
    CHANGE.examine_unless(role, examination, |rule, holding| !POWER.named_grants(rule, holding).is_empty());
}
