//! An admission webhook may hold up each request that it is asked about for more than ten seconds.
//!
//! ## Why
//!
//! The API server waits for every webhook in turn. One that is slow, or whose endpoint drops packets, holds up
//! Pods, node heartbeats and leases until the clients give up: a failure of one service becomes a failure of
//! the cluster.
//!
//! `timeoutSeconds` may be 1 to 30. Where it is not set the API version `v1` takes 10, `v1beta1` takes 30.
//!
//! ## Mend
//!
//! Set `timeoutSeconds` to a few seconds at most, and make the webhook answer in milliseconds.
//!
//! ```yaml bad
//! apiVersion: admissionregistration.k8s.io/v1
//! kind: MutatingWebhookConfiguration
//! metadata:
//!   name: guard
//! webhooks:
//!   - name: pods.guard.example.com
//!     timeoutSeconds: 30 # here
//! ```
//!
//! ```yaml good
//! apiVersion: admissionregistration.k8s.io/v1
//! kind: MutatingWebhookConfiguration
//! metadata:
//!   name: guard
//! webhooks:
//!   - name: pods.guard.example.com
//!     timeoutSeconds: 5
//!   - name: services.guard.example.com
//! ```
//!
//! ## References
//!
//! - Kubernetes: Dynamic Admission Control, "Timeouts"
//! - Kubernetes: Admission Webhook Good Practices

use super::prelude::*;
use crate::admission::{GROUP, webhooks};

const LONGEST: i64 = 10;

pub(super) const CHECK: Check = Check {
    id: "webhook-slow-timeout",
    title: "Admission webhook may be slow",
    message: "webhook `{webhook}` may hold up each request for {seconds} seconds",
    variants: &[],
    remedy: "Set `timeoutSeconds` to 10 or less",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K04",
        "owasp-2025/K04",
        "pci/15",
        "attack/T1499",
        "microsoft-threat-matrix/MS-TA9040",
    ],
    cel: Some(
        "object.?webhooks.orValue([]).all(webhook, webhook.?timeoutSeconds.orValue(\
         object.apiVersion.endsWith('/v1beta1') ? 30 : 10) <= 10)",
    ),
    examine: Examine::Object(
        &[(GROUP, "ValidatingWebhookConfiguration"), (GROUP, "MutatingWebhookConfiguration")],
        examine,
    ),
};

fn examine<'a>(configuration: &'a Object, examination: &mut Examination<'a>) {
    for webhook in webhooks(configuration) {
        let seconds = webhook.timeout_seconds();
        if seconds > LONGEST {
            let place = webhook.place.child("timeoutSeconds");
            let mend = Mend::risky("set `timeoutSeconds: 10`").set(&place, LONGEST);
            let found = Found::at(place).arg("webhook", webhook.name()).arg("seconds", seconds.to_string());
            examination.report(found.mend(mend));
        }
    }
}
