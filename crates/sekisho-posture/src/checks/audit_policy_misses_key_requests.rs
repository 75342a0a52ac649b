//! The audit policy does not record requests that every inquiry asks for.
//!
//! ## Why
//!
//! Who opened a shell in a container, who read Secrets, who started or changed a workload, who changed a role:
//! these are the first questions after an incident. A request that no rule records leaves no trace.
//!
//! ## Mend
//!
//! End the policy with a rule of level `Metadata` for everything, and leave out before it only what is frequent
//! and harmless, named exactly: leases, events, health, the watches of system components.
//!
//! ```yaml bad
//! apiVersion: audit.k8s.io/v1
//! kind: Policy
//! rules:
//!   - level: None # here
//!     resources:
//!       - group: ""
//!         resources: ["pods", "pods/*"]
//!   - level: Metadata
//! ```
//!
//! ```yaml bad
//! apiVersion: audit.k8s.io/v1
//! kind: Policy
//! rules: # here
//!   - level: Metadata
//!     verbs: ["create", "update", "patch", "delete"]
//! ```
//!
//! ```yaml good
//! apiVersion: audit.k8s.io/v1
//! kind: Policy
//! rules:
//!   - level: None
//!     users: ["system:kube-proxy"]
//!     verbs: ["watch"]
//!   - level: None
//!     resources:
//!       - group: coordination.k8s.io
//!         resources: ["leases"]
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
    id: "audit-policy-misses-key-requests",
    title: "Audit policy misses requests that matter",
    message: "this rule leaves out {requests}",
    variants: &[("unmatched", "no rule records {requests}")],
    remedy: "Record these requests at level `Metadata` or above",
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

/// What has to leave a trace, and its name for people.
const WATCHED: &[(Request, &str)] = &[
    (Request { group: "", resource: "pods", subresource: "exec", verb: "create" }, "pods/exec"),
    (Request { group: "", resource: "pods", subresource: "exec", verb: "get" }, "pods/exec"),
    (Request { group: "", resource: "pods", subresource: "attach", verb: "create" }, "pods/attach"),
    (Request { group: "", resource: "pods", subresource: "portforward", verb: "create" }, "pods/portforward"),
    (Request { group: "", resource: "pods", subresource: "proxy", verb: "get" }, "pods/proxy"),
    (Request { group: "", resource: "services", subresource: "proxy", verb: "get" }, "services/proxy"),
    (Request { group: "", resource: "nodes", subresource: "proxy", verb: "get" }, "nodes/proxy"),
    (Request { group: "", resource: "secrets", subresource: "", verb: "get" }, "secrets"),
    (Request { group: "", resource: "secrets", subresource: "", verb: "list" }, "secrets"),
    (Request { group: "", resource: "pods", subresource: "", verb: "create" }, "pods"),
    (Request { group: "apps", resource: "deployments", subresource: "", verb: "patch" }, "deployments"),
    (
        Request {
            group: "rbac.authorization.k8s.io",
            resource: "clusterrolebindings",
            subresource: "",
            verb: "create",
        },
        "clusterrolebindings",
    ),
    (
        Request {
            group: "rbac.authorization.k8s.io",
            resource: "rolebindings",
            subresource: "",
            verb: "create",
        },
        "rolebindings",
    ),
];

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    audit::report_missed(object, examination, "requests", WATCHED.iter().copied());
}
