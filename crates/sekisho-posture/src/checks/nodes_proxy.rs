//! A role grants `nodes/proxy`: its holder may use the kubelet's interface on every node, through the API server or at its port.
//!
//! ## Why
//!
//! The kubelet runs commands in every container of its node, and neither admission control nor the audit log of the
//! API server sees what is asked of it. `get` is enough: it opens the WebSocket on which commands run.
//!
//! ## Mend
//!
//! Grant what is meant: `nodes/metrics`, `nodes/stats`, `nodes/log`, `nodes/healthz`, `nodes/configz` or `nodes/pods`
//! (fine-grained kubelet authorization, on by default since Kubernetes 1.33).
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: collector
//! rules:
//!   - apiGroups: [""]
//!     resources:
//!       - nodes/metrics
//!       - nodes/proxy # here
//!     verbs: [get]
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata:
//!   name: collector
//! rules:
//!   - apiGroups: [""]
//!     resources: [nodes, nodes/metrics, nodes/stats]
//!     verbs: [get]
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Role Based Access Control Good Practices, "Access to proxy subresource of Nodes"
//! - Kubernetes documentation: Kubelet authentication/authorization
//! - CIS Kubernetes Benchmark 1.12, 5.1.10

use super::prelude::*;
use crate::rbac::{Point, Power, ROLES, no_rule};

pub(super) const CHECK: Check = Check {
    id: "nodes-proxy",
    title: "Role may speak to kubelets through the API server",
    message: "`{role}` may use the kubelet of every node (`{verbs}` on `{resources}`)",
    variants: &[],
    remedy: "Replace `nodes/proxy` by the subresource that is needed, such as `nodes/metrics`",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K03",
        "owasp-2025/K02",
        "cis-1.12/5.1.10",
        "nsa-cisa/rbac-least-privilege",
        "nist-800-190/4.3.1",
        "pci/2",
        "attack/T1609",
        "microsoft-threat-matrix/MS-TA9030",
    ],
    cel: Some(no_rule!(
        "rule.?verbs.orValue([]).exists(verb, verb in ['get', 'create', 'update', 'patch', ",
        "'delete', '*']) && object.kind == 'ClusterRole' && ",
        "rule.?apiGroups.orValue([]).exists(group, group in ['', '*']) && ",
        "rule.?resources.orValue([]).exists(resource, resource in ['nodes/proxy', '*/proxy'])"
    )),
    examine: Examine::Object(ROLES, examine),
};

pub(super) const POWER: Power = Power {
    verbs: &["get", "create", "update", "patch", "delete"],
    cluster: &[("", "nodes/proxy")],
    unnamed_only: false,
    point: Point::Resource,
    ..Power::BASE
};

fn examine<'a>(role: &'a Object, examination: &mut Examination<'a>) {
    POWER.examine(role, examination);
}
