//! The audit policy does not record who asks for credentials.
//!
//! ## Why
//!
//! A TokenRequest makes a token of any service account, and an approved CertificateSigningRequest a certificate
//! that no one can revoke. Both are how an attacker stays after the first hole is closed; without a record
//! nobody knows which credentials to distrust.
//!
//! ## Mend
//!
//! Record `serviceaccounts/token` and `certificatesigningrequests` with `approval` at level `Metadata`, before
//! rules that leave requests out. A rule for `system:nodes` alone may drop the kubelets' own.
//!
//! ```yaml bad
//! apiVersion: audit.k8s.io/v1
//! kind: Policy
//! rules:
//!   - level: None # here
//!     resources:
//!       - group: ""
//!         resources: ["serviceaccounts/token"]
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
//!         resources: ["secrets"]
//! ```
//!
//! ```yaml good
//! apiVersion: audit.k8s.io/v1
//! kind: Policy
//! rules:
//!   - level: None
//!     userGroups: ["system:nodes"]
//!     resources:
//!       - group: ""
//!         resources: ["serviceaccounts/token"]
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
    id: "audit-policy-misses-credential-issuing",
    title: "Audit policy misses the issuing of credentials",
    message: "this rule leaves out {requests}",
    variants: &[("unmatched", "no rule records {requests}")],
    remedy: "Record token and certificate requests at level `Metadata`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Run, Mode::Detective),
    controls: &[
        "owasp-2022/K05",
        "owasp-2025/K10",
        "owasp-2025/K09",
        "cis-1.12/3.2.2",
        "nsa-cisa/audit-logging",
        "pci/7",
        "attack/T1685.004",
        "attack/T1098",
        "attack/T1528",
    ],
    cel: None,
    examine: Examine::Object(&[("audit.k8s.io", "Policy")], examine),
};

/// What has to leave a trace, and its name for people.
const WATCHED: &[(Request, &str)] = &[
    (
        Request { group: "", resource: "serviceaccounts", subresource: "token", verb: "create" },
        "serviceaccounts/token",
    ),
    (
        Request {
            group: "certificates.k8s.io",
            resource: "certificatesigningrequests",
            subresource: "",
            verb: "create",
        },
        "certificatesigningrequests",
    ),
    (
        Request {
            group: "certificates.k8s.io",
            resource: "certificatesigningrequests",
            subresource: "approval",
            verb: "update",
        },
        "certificatesigningrequests/approval",
    ),
];

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    audit::report_missed(object, examination, "requests", WATCHED.iter().copied());
}
