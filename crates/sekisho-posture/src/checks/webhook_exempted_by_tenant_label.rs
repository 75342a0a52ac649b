//! Admission control leaves out what carries a label that the author of the object, or of the namespace, may set.
//!
//! ## Why
//!
//! An `objectSelector` looks at the labels of the object in the request. With the operator `DoesNotExist` or
//! `NotIn` it works as a password that everyone can read: whoever creates a Pod adds the label and is never
//! asked. A `namespaceSelector` of this kind holds as long as nobody who is to be guarded can label a
//! namespace; it is found with low confidence, and not at all where a webhook of the same configuration
//! guards the labels of namespaces.
//!
//! Looked at are validating webhooks, ValidatingAdmissionPolicies and their bindings, as far as they are asked
//! about Pods, workloads, permissions and the like. `kubernetes.io/metadata.name` is set by the API server and
//! may be relied on.
//!
//! ## Mend
//!
//! Leave out namespaces by `kubernetes.io/metadata.name` in a `namespaceSelector`, or users in
//! `matchConditions`. Where a label must decide, add a rule that keeps all but the administrators from
//! setting it.
//!
//! ```yaml bad
//! apiVersion: admissionregistration.k8s.io/v1
//! kind: ValidatingWebhookConfiguration
//! metadata:
//!   name: guard
//! webhooks:
//!   - name: pods.guard.example.com
//!     objectSelector:
//!       matchExpressions:
//!         - key: guard.example.com/skip # here
//!           operator: DoesNotExist
//!     rules:
//!       - apiGroups: [""]
//!         apiVersions: [v1]
//!         operations: [CREATE, UPDATE]
//!         resources: [pods]
//! ```
//!
//! ```yaml bad
//! apiVersion: admissionregistration.k8s.io/v1
//! kind: ValidatingAdmissionPolicy
//! metadata:
//!   name: no-host-path
//! spec:
//!   matchConstraints:
//!     resourceRules:
//!       - apiGroups: [""]
//!         apiVersions: [v1]
//!         operations: [CREATE, UPDATE]
//!         resources: [pods]
//!     namespaceSelector:
//!       matchExpressions:
//!         - key: team # here
//!           operator: NotIn
//!           values: [platform]
//!   validations:
//!     - expression: "!has(object.spec.volumes) || object.spec.volumes.all(volume, !has(volume.hostPath))"
//! ```
//!
//! ```yaml good
//! apiVersion: admissionregistration.k8s.io/v1
//! kind: ValidatingWebhookConfiguration
//! metadata:
//!   name: guard
//! webhooks:
//!   - name: pods.guard.example.com
//!     namespaceSelector:
//!       matchExpressions:
//!         - key: kubernetes.io/metadata.name
//!           operator: NotIn
//!           values: [kube-system, guard]
//!     rules:
//!       - apiGroups: [""]
//!         apiVersions: [v1]
//!         operations: [CREATE, UPDATE]
//!         resources: [pods]
//! ```
//!
//! ## References
//!
//! - Kubernetes: Dynamic Admission Control, "Matching requests: objectSelector" and "namespaceSelector"
//! - Kubernetes: Multi-tenancy

use super::prelude::*;
use crate::admission::{GROUP, Webhook, guards, webhooks};

pub(super) const CHECK: Check = Check {
    id: "webhook-exempted-by-tenant-label",
    title: "Admission control exempts by a label that tenants may set",
    message: "`{control}` is not asked about an object that carries the label `{label}`, which its author may set",
    variants: &[(
        "namespace",
        "`{control}` is not asked about a namespace that carries the label `{label}`: whoever may label a namespace is exempt",
    )],
    remedy: "Exempt namespaces by `kubernetes.io/metadata.name`, or guard who may set the label",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &["owasp-2022/K04", "owasp-2025/K04", "pci/15", "attack/T1685"],
    cel: None,
    examine: Examine::Object(
        &[
            (GROUP, "ValidatingWebhookConfiguration"),
            (GROUP, "ValidatingAdmissionPolicy"),
            (GROUP, "ValidatingAdmissionPolicyBinding"),
        ],
        examine,
    ),
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    match object.kind.as_str() {
        "ValidatingAdmissionPolicy" => {
            let place = object.place(field!["spec", "matchConstraints"]);
            if place.node().is_some_and(guarded) {
                report(&place, &object.name, &[], examination);
            }
        }
        "ValidatingAdmissionPolicyBinding" => {
            let place = object.place(field!["spec", "matchResources"]);
            if place.node().is_some_and(|matched| matched.get("resourceRules").is_none() || guarded(matched))
            {
                report(&place, &object.name, &[], examination);
            }
        }
        _ => {
            let keepers: Vec<Webhook<'_>> = webhooks(object).filter(keeps_namespace_labels).collect();
            for webhook in webhooks(object).filter(Webhook::guards) {
                report(&webhook.place, &webhook.name(), &keepers, examination);
            }
        }
    }
}

fn guarded(matched: &Node) -> bool {
    matched.get("resourceRules").map_or(&[][..], Node::items).iter().any(guards)
}

/// Reports each exemption in the two selectors below `place`.
fn report<'a>(place: &Place<'a>, control: &str, keepers: &[Webhook<'a>], examination: &mut Examination<'a>) {
    for selector in ["objectSelector", "namespaceSelector"] {
        let expressions = place.child(selector).child("matchExpressions");
        for (index, expression) in expressions.node().map_or(&[][..], Node::items).iter().enumerate() {
            let label = expression.str("key");
            if !matches!(expression.str("operator"), "DoesNotExist" | "NotIn")
                || label == "kubernetes.io/metadata.name"
            {
                continue;
            }
            let mut found =
                Found::at(expressions.child(index).child("key")).arg("control", control).arg("label", label);
            if selector == "namespaceSelector" {
                let kept =
                    keepers.iter().any(|keeper| keeper.place.path != place.path && !uses(keeper, label));
                if kept {
                    continue;
                }
                found = found.variant("namespace").severity(Severity::Low).confidence(Confidence::Low);
            }
            examination.report(found);
        }
    }
}

/// Whether a webhook is asked about every namespace that is written, and fails closed.
fn keeps_namespace_labels(webhook: &Webhook<'_>) -> bool {
    let rules = webhook.node.get("rules").map_or(&[][..], Node::items);
    webhook.failure_policy() == "Fail"
        && rules.iter().any(|rule| {
            rule.strings("apiGroups").any(|group| matches!(group, "" | "*"))
                && rule.strings("resources").any(|resource| matches!(resource, "namespaces" | "*" | "*/*"))
                && rule.strings("operations").any(|operation| matches!(operation, "UPDATE" | "*"))
        })
}

fn uses(webhook: &Webhook<'_>, label: &str) -> bool {
    ["objectSelector", "namespaceSelector"].iter().any(|selector| {
        let expressions = webhook.node.at(&[selector, "matchExpressions"]).map_or(&[][..], Node::items);
        expressions.iter().any(|expression| expression.str("key") == label)
    })
}
