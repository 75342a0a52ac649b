//! The audit policy does not record changes of what protects the cluster.
//!
//! ## Why
//!
//! Roles, admission webhooks and policies, network policies, quotas and the labels of namespaces decide what
//! everyone else may do. Who wants to act unseen changes them first. Without a record it stays unknown since when
//! a protection was gone, and who took it away.
//!
//! ## Mend
//!
//! Record these resources at level `Metadata` or above, before rules that leave requests out.
//!
//! ```yaml bad
//! apiVersion: audit.k8s.io/v1
//! kind: Policy
//! rules:
//!   - level: None # here
//!     resources:
//!       - group: admissionregistration.k8s.io
//!       - group: networking.k8s.io
//!         resources: ["networkpolicies"]
//!   - level: Metadata
//! ```
//!
//! ```yaml bad
//! apiVersion: audit.k8s.io/v1
//! kind: Policy
//! rules: # here
//!   - level: Metadata
//!     resources:
//!       - group: ""
//! ```
//!
//! ```yaml good
//! apiVersion: audit.k8s.io/v1
//! kind: Policy
//! rules:
//!   - level: None
//!     verbs: ["get", "list", "watch"]
//!     resources:
//!       - group: admissionregistration.k8s.io
//!   - level: Metadata
//! ```
//!
//! ## References
//!
//! - Kubernetes: auditing, "Audit policy"
//! - Kubernetes: audit configuration, `Policy` of `audit.k8s.io/v1`

use super::prelude::*;
use crate::audit::{self, Request};

pub(super) const CHECK: Check = Check {
    id: "audit-policy-misses-control-changes",
    title: "Audit policy misses changes of protections",
    message: "this rule leaves out changes of {resources}",
    variants: &[("unmatched", "no rule records changes of {resources}")],
    remedy: "Record changes of roles, admission and network policies at level `Metadata` or above",
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

const RBAC: &str = "rbac.authorization.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";

/// What protects, by group and resource.
const WATCHED: &[(&str, &str)] = &[
    (RBAC, "roles"),
    (RBAC, "clusterroles"),
    (ADMISSION, "mutatingwebhookconfigurations"),
    (ADMISSION, "validatingwebhookconfigurations"),
    (ADMISSION, "validatingadmissionpolicies"),
    (ADMISSION, "validatingadmissionpolicybindings"),
    ("networking.k8s.io", "networkpolicies"),
    ("", "namespaces"),
    ("", "serviceaccounts"),
];

/// What changes them.
const VERBS: &[&str] = &["create", "update", "patch", "delete"];

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    let watched = WATCHED.iter().flat_map(|(group, resource)| {
        VERBS.iter().map(|verb| (Request { group, resource, subresource: "", verb }, *resource))
    });
    audit::report_missed(object, examination, "resources", watched);
}
