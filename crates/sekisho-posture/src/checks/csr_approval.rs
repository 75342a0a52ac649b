//! A role lets its holder approve certificate signing requests, for a signer whose certificates the API server accepts.
//!
//! ## Why
//!
//! Approved, a request for the signer `kubernetes.io/kube-apiserver-client` becomes a credential for the name and the
//! groups that it states: `system:masters` is refused, but any user, any node and any other group is not. Such a
//! certificate cannot be revoked.
//!
//! ## Mend
//!
//! Name the signers in `resourceNames` of the rule on `signers`, and leave out those of `kubernetes.io` that issue
//! client certificates.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: certificate-operator
//! rules:
//!   - apiGroups: [certificates.k8s.io]
//!     resources: [certificatesigningrequests/approval] # here
//!     verbs: [update]
//!   - apiGroups: [certificates.k8s.io]
//!     resources: [signers]
//!     verbs: [approve]
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: certificate-operator
//! rules:
//!   - apiGroups: [certificates.k8s.io]
//!     resources: [certificatesigningrequests/approval]
//!     verbs: [update]
//!   - apiGroups: [certificates.k8s.io]
//!     resources: [signers]
//!     resourceNames: [example.com/serving]
//!     verbs: [approve]
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Role Based Access Control Good Practices, "CSRs and certificate issuing"
//! - Kubernetes documentation: Certificates and Certificate Signing Requests
//! - CIS Kubernetes Benchmark 1.12, 5.1.11

use sekisho_manifest::rbac;

use super::prelude::*;
use crate::rbac::{Point, Power, ROLES, no_rule};

pub(super) const CHECK: Check = Check {
    id: "csr-approval",
    title: "Role may approve client certificates",
    message: "`{role}` may approve certificates for any user (`{verbs}` on `{resources}`)",
    variants: &[],
    remedy: "Name harmless signers in `resourceNames` of the rule on `signers`",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "owasp-2025/K09",
        "cis-1.12/5.1.11",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "pci/2",
        "pci/5",
        "attack/T1078",
    ],
    cel: Some(no_rule!(
        "rule.?verbs.orValue([]).exists(verb, verb in ['update', 'patch', '*']) && object.kind ",
        "== 'ClusterRole' && rule.?apiGroups.orValue([]).exists(group, group in ",
        "['certificates.k8s.io', '*']) && rule.?resources.orValue([]).exists(resource, resource ",
        "in ['certificatesigningrequests/approval', '*/approval']) && ",
        "(!object.rules.exists(rule, rule.?verbs.orValue([]).exists(verb, verb in ['approve', ",
        "'*']) && rule.?apiGroups.orValue([]).exists(group, group in ['certificates.k8s.io', ",
        "'*']) && rule.?resources.orValue([]).exists(resource, resource in ['signers', '*'])) || ",
        "object.rules.exists(rule, rule.?verbs.orValue([]).exists(verb, verb in ['approve', ",
        "'*']) && rule.?apiGroups.orValue([]).exists(group, group in ['certificates.k8s.io', ",
        "'*']) && rule.?resources.orValue([]).exists(resource, resource in ['signers', '*']) && ",
        "(rule.?resourceNames.orValue([]).size() == 0 || ",
        "rule.?resourceNames.orValue([]).exists(name, name in ",
        "['kubernetes.io/kube-apiserver-client', 'kubernetes.io/kube-apiserver-client-kubelet', ",
        "'kubernetes.io/legacy-unknown', 'kubernetes.io/*']))))"
    )),
    examine: Examine::Object(ROLES, examine),
};

const CERTIFICATES: &str = "certificates.k8s.io";

pub(super) const POWER: Power = Power {
    verbs: &["update", "patch"],
    cluster: &[(CERTIFICATES, "certificatesigningrequests/approval")],
    unnamed_only: false,
    point: Point::Resource,
    ..Power::BASE
};

/// The permission to approve for a signer, which the API server asks for beside the subresource.
const SIGNERS: Power = Power {
    verbs: &["approve"],
    cluster: &[(CERTIFICATES, "signers")],
    unnamed_only: true,
    except_names: &[
        "kubernetes.io/kube-apiserver-client",
        "kubernetes.io/kube-apiserver-client-kubelet",
        "kubernetes.io/legacy-unknown",
        "kubernetes.io/*",
    ],
    ..Power::BASE
};

fn examine<'a>(role: &'a Object, examination: &mut Examination<'a>) {
    // Where the role names signers whose certificates the API server does not trust, approval is harmless.
    let rules = rbac::rules(role);
    let names_signers = rules.iter().any(|rule| rule.grants("approve", CERTIFICATES, "signers").is_some());
    POWER.examine_unless(role, examination, |_, holding| {
        names_signers && rules.iter().all(|rule| SIGNERS.resource_granted(rule, holding).is_none())
    });
}
