//! The list of checks. Written by `cargo xtask generate` from the files beside it: do not edit.

mod admission_policy_audit_only;
mod admission_policy_fails_open;
mod admission_policy_without_binding;
mod gatekeeper_dryrun;
mod kyverno_audit;
mod namespace_privileged_pod_security;
mod namespace_without_pod_security;
mod pod_security_warn_only;
mod prelude;
mod privileged_container;
mod webhook_exempted_by_tenant_label;
mod webhook_fails_open;
mod webhook_slow_timeout;

use crate::Check;

/// Every check and its manual page, in the order of their slugs.
#[rustfmt::skip]
pub(crate) static CHECKS: &[(&Check, &str)] = &[
    (&admission_policy_audit_only::CHECK, include_str!("../../../../docs/checks/admission-policy-audit-only.md")),
    (&admission_policy_fails_open::CHECK, include_str!("../../../../docs/checks/admission-policy-fails-open.md")),
    (&admission_policy_without_binding::CHECK, include_str!("../../../../docs/checks/admission-policy-without-binding.md")),
    (&gatekeeper_dryrun::CHECK, include_str!("../../../../docs/checks/gatekeeper-dryrun.md")),
    (&kyverno_audit::CHECK, include_str!("../../../../docs/checks/kyverno-audit.md")),
    (&namespace_privileged_pod_security::CHECK, include_str!("../../../../docs/checks/namespace-privileged-pod-security.md")),
    (&namespace_without_pod_security::CHECK, include_str!("../../../../docs/checks/namespace-without-pod-security.md")),
    (&pod_security_warn_only::CHECK, include_str!("../../../../docs/checks/pod-security-warn-only.md")),
    (&privileged_container::CHECK, include_str!("../../../../docs/checks/privileged-container.md")),
    (&webhook_exempted_by_tenant_label::CHECK, include_str!("../../../../docs/checks/webhook-exempted-by-tenant-label.md")),
    (&webhook_fails_open::CHECK, include_str!("../../../../docs/checks/webhook-fails-open.md")),
    (&webhook_slow_timeout::CHECK, include_str!("../../../../docs/checks/webhook-slow-timeout.md")),
];
