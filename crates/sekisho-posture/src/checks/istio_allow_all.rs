//! An Istio AuthorizationPolicy has a rule that every request matches.
//!
//! ## Why
//!
//! A rule without `from`, `to` and `when` matches every request. Rules of `ALLOW` add up, so one such rule lets
//! everyone in, whatever the other policies of the workload say.
//!
//! A policy without any rule is the opposite: it matches nothing, so `ALLOW` then lets nobody in.
//!
//! ## Mend
//!
//! Say who may call (`from.source.principals` or `namespaces`), and what (`to.operation`).
//!
//! ```yaml bad
//! apiVersion: security.istio.io/v1
//! kind: AuthorizationPolicy
//! metadata:
//!   name: allow-all
//!   namespace: shop
//! spec:
//!   action: ALLOW
//!   rules:
//!     - {} # here
//! ```
//!
//! ```yaml good
//! apiVersion: security.istio.io/v1
//! kind: AuthorizationPolicy
//! metadata:
//!   name: allow-nothing
//!   namespace: shop
//! spec: {}
//! ---
//! apiVersion: security.istio.io/v1
//! kind: AuthorizationPolicy
//! metadata:
//!   name: deny-all
//!   namespace: shop
//! spec:
//!   action: DENY
//!   rules:
//!     - {}
//! ---
//! apiVersion: security.istio.io/v1
//! kind: AuthorizationPolicy
//! metadata:
//!   name: web-to-orders
//!   namespace: shop
//! spec:
//!   rules:
//!     - from:
//!         - source:
//!             principals: [cluster.local/ns/shop/sa/web]
//! ```
//!
//! ## References
//!
//! - Istio: AuthorizationPolicy, "allow-all"

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "istio-allow-all",
    title: "Istio policy allows every request",
    message: "policy `{policy}` allows every request: a rule says neither who, nor what, nor when",
    variants: &[],
    remedy: "Say in the rule who may call, by `from.source`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K07",
        "owasp-2025/K05",
        "nsa-cisa/network-policies",
        "nist-800-190/4.3.3",
        "pci/4",
        "pci/16",
        "microsoft-threat-matrix/MS-TA9034",
    ],
    cel: Some(
        "object.?spec.?action.orValue('ALLOW') != 'ALLOW' || \
         object.?spec.?rules.orValue([]).all(rule, \
         ['from', 'to', 'when'].exists(part, rule[?part].orValue([]).size() > 0))",
    ),
    examine: Examine::Object(&[("security.istio.io", "AuthorizationPolicy")], examine),
};

fn examine<'a>(policy: &'a Object, examination: &mut Examination<'a>) {
    let action = policy.root.at(&["spec", "action"]).and_then(Node::as_str).unwrap_or("ALLOW");
    if action != "ALLOW" {
        return;
    }
    let rules = policy.place(field!["spec", "rules"]);
    for (index, rule) in rules.node().map_or(&[][..], Node::items).iter().enumerate() {
        let limited =
            ["from", "to", "when"].iter().any(|part| !rule.get(part).map_or(&[][..], Node::items).is_empty());
        if !limited {
            examination.report(Found::at(rules.child(index)).arg("policy", policy.name.clone()));
        }
    }
}
