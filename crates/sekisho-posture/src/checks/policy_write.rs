//! A role lets its holder write or delete admission policies: those of Kubernetes itself, of Kyverno or of Gatekeeper.
//!
//! ## Why
//!
//! Policies hold the cluster's other users to the rules. Whoever may change or delete them, or write an exception,
//! is held by none. A mutating policy also changes what others write.
//!
//! ## Mend
//!
//! Leave policies to the pipeline that applies them from the policy repository. Engines need to read them and to
//! write their status, reports and generated objects, not the policies.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: platform
//! rules:
//!   - apiGroups: [admissionregistration.k8s.io]
//!     resources:
//!       - validatingadmissionpolicies # here
//!       - validatingadmissionpolicybindings
//!     verbs: [create, patch]
//!   - apiGroups: [kyverno.io]
//!     resources: [policyexceptions]
//!     verbs: [create]
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: platform
//! rules:
//!   - apiGroups: [admissionregistration.k8s.io]
//!     resources: [validatingadmissionpolicies, validatingadmissionpolicybindings]
//!     verbs: [get, list, watch]
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Validating Admission Policy
//! - Kyverno documentation: Policy Exceptions
//! - Gatekeeper documentation: Constraint Templates

use super::prelude::*;
use crate::rbac::{Point, Power, ROLES, no_rule};

pub(super) const CHECK: Check = Check {
    id: "policy-write",
    title: "Role may change admission policies",
    message: "`{role}` may change the cluster's admission policies (`{verbs}` on `{resources}`)",
    variants: &[(
        "namespace",
        "`{role}` may change its namespace's admission policies (`{verbs}` on `{resources}`)",
    )],
    remedy: "Remove the verbs that write policies",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "owasp-2022/K04",
        "owasp-2025/K04",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "pci/2",
        "attack/T1685",
        "microsoft-threat-matrix/MS-TA9015",
    ],
    cel: Some(no_rule!(
        "rule.?verbs.orValue([]).exists(verb, verb in ['create', 'update', 'patch', 'delete', ",
        "'deletecollection', '*']) && ((rule.?apiGroups.orValue([]).exists(group, group in ",
        "['kyverno.io', '*']) && rule.?resources.orValue([]).exists(resource, resource in ",
        "['policies', 'policyexceptions']) || rule.?apiGroups.orValue([]).exists(group, group in ",
        "['policies.kyverno.io', '*']) && rule.?resources.orValue([]).exists(resource, resource ",
        "in ['policyexceptions', 'namespacedvalidatingpolicies', 'namespacedmutatingpolicies'])) ",
        "|| object.kind == 'ClusterRole' && (rule.?apiGroups.orValue([]).exists(group, group in ",
        "['admissionregistration.k8s.io', '*']) && rule.?resources.orValue([]).exists(resource, ",
        "resource in ['validatingadmissionpolicies', 'validatingadmissionpolicybindings', ",
        "'mutatingadmissionpolicies', 'mutatingadmissionpolicybindings']) || ",
        "rule.?apiGroups.orValue([]).exists(group, group in ['kyverno.io', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ['clusterpolicies']) || ",
        "rule.?apiGroups.orValue([]).exists(group, group in ['policies.kyverno.io', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ['validatingpolicies', ",
        "'mutatingpolicies', 'imagevalidatingpolicies']) || ",
        "rule.?apiGroups.orValue([]).exists(group, group in ['templates.gatekeeper.sh', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ['constrainttemplates']) || ",
        "rule.?apiGroups.orValue([]).exists(group, group in ['constraints.gatekeeper.sh', '*']) ",
        "&& rule.?resources.orValue([]).exists(resource, !resource.contains('/') && resource != ",
        "'*') || rule.?apiGroups.orValue([]).exists(group, group in ['config.gatekeeper.sh', ",
        "'*']) && rule.?resources.orValue([]).exists(resource, resource in ['configs']))) && ",
        "rule.?resourceNames.orValue([]).size() == 0"
    )),
    examine: Examine::Object(ROLES, examine),
};

pub(super) const POWER: Power = Power {
    verbs: &["create", "update", "patch", "delete", "deletecollection"],
    namespaced: &[
        ("kyverno.io", "policies"),
        ("kyverno.io", "policyexceptions"),
        ("policies.kyverno.io", "policyexceptions"),
        ("policies.kyverno.io", "namespacedvalidatingpolicies"),
        ("policies.kyverno.io", "namespacedmutatingpolicies"),
    ],
    cluster: &[
        ("admissionregistration.k8s.io", "validatingadmissionpolicies"),
        ("admissionregistration.k8s.io", "validatingadmissionpolicybindings"),
        ("admissionregistration.k8s.io", "mutatingadmissionpolicies"),
        ("admissionregistration.k8s.io", "mutatingadmissionpolicybindings"),
        ("kyverno.io", "clusterpolicies"),
        ("policies.kyverno.io", "validatingpolicies"),
        ("policies.kyverno.io", "mutatingpolicies"),
        ("policies.kyverno.io", "imagevalidatingpolicies"),
        ("templates.gatekeeper.sh", "constrainttemplates"),
        ("constraints.gatekeeper.sh", "*"),
        ("config.gatekeeper.sh", "configs"),
    ],
    point: Point::Resource,
    in_namespace: Severity::Medium,
    ..Power::BASE
};

fn examine<'a>(role: &'a Object, examination: &mut Examination<'a>) {
    POWER.examine(role, examination);
}
