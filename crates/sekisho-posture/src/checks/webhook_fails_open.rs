//! An admission webhook that guards Pods, permissions or namespaces lets requests through when it does not answer.
//!
//! ## Why
//!
//! With `failurePolicy: Ignore` the API server admits a request when the webhook is down, slow or answers
//! nonsense. An attacker waits for that moment, or makes it: a flood of requests, or a Pod that fills the node
//! on which the webhook runs, switches the control off.
//!
//! Only webhooks are found that are asked about resources through which rights are gained: Pods and workloads,
//! Secrets, service accounts, namespaces, permissions, network policies, other webhooks. Webhooks that change
//! Pods count as a hint of low severity: a Pod may come up without its sidecar or its security settings. In
//! the version `v1beta1` the default is `Ignore`, in `v1` it is `Fail`.
//!
//! ## Mend
//!
//! Set `failurePolicy: Fail`, run the webhook with two replicas and a disruption budget, and leave out its own
//! namespace and `kube-system` by `kubernetes.io/metadata.name`, so that the cluster can start without it. Say
//! the rules that must never be skipped as a ValidatingAdmissionPolicy too.
//!
//! ```yaml bad
//! apiVersion: admissionregistration.k8s.io/v1
//! kind: ValidatingWebhookConfiguration
//! metadata:
//!   name: guard
//! webhooks:
//!   - name: pods.guard.example.com
//!     failurePolicy: Ignore # here
//!     rules:
//!       - apiGroups: [""]
//!         apiVersions: [v1]
//!         operations: [CREATE, UPDATE]
//!         resources: [pods]
//! ```
//!
//! ```yaml good
//! apiVersion: admissionregistration.k8s.io/v1
//! kind: ValidatingWebhookConfiguration
//! metadata:
//!   name: guard
//! webhooks:
//!   - name: pods.guard.example.com
//!     failurePolicy: Fail
//!     rules:
//!       - apiGroups: [""]
//!         apiVersions: [v1]
//!         operations: [CREATE, UPDATE]
//!         resources: [pods]
//!   - name: dashboards.guard.example.com
//!     failurePolicy: Ignore
//!     rules:
//!       - apiGroups: [charts.example.com]
//!         apiVersions: [v1]
//!         operations: [CREATE, UPDATE]
//!         resources: [dashboards]
//! ```
//!
//! ## References
//!
//! - Kubernetes: Dynamic Admission Control, "Failure policy"
//! - Kubernetes: Admission Webhook Good Practices

use super::prelude::*;
use crate::admission::{GROUP, webhooks};

pub(super) const CHECK: Check = Check {
    id: "webhook-fails-open",
    title: "Admission webhook fails open",
    message: "webhook `{webhook}` lets requests through when it does not answer: `failurePolicy` is `Ignore`",
    variants: &[
        (
            "default",
            "webhook `{webhook}` lets requests through when it does not answer: without a `failurePolicy`, `v1beta1` takes `Ignore`",
        ),
        (
            "mutating",
            "webhook `{webhook}` leaves Pods as they are when it does not answer: `failurePolicy` is `Ignore`",
        ),
    ],
    remedy: "Set `failurePolicy: Fail` and make the webhook highly available",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &["owasp-2022/K04", "owasp-2025/K04", "pci/15", "attack/T1685"],
    cel: None,
    examine: Examine::Object(
        &[(GROUP, "ValidatingWebhookConfiguration"), (GROUP, "MutatingWebhookConfiguration")],
        examine,
    ),
};

fn examine<'a>(configuration: &'a Object, examination: &mut Examination<'a>) {
    for webhook in webhooks(configuration) {
        if webhook.failure_policy() != "Ignore" || !webhook.guards() {
            continue;
        }
        let place = webhook.place.child("failurePolicy");
        let mend = Mend::risky("set `failurePolicy: Fail`").set(&place, "Fail");
        let mut found = Found::at(place).arg("webhook", webhook.name()).mend(mend);
        if webhook.mutates {
            found = found.variant("mutating").severity(Severity::Low).confidence(Confidence::Low);
        } else if webhook.node.get("failurePolicy").is_none() {
            found = found.variant("default");
        }
        examination.report(found);
    }
}
