//! The list of checks. Written by `cargo xtask generate` from the files beside it: do not edit.

mod admission_policy_audit_only;
mod admission_policy_fails_open;
mod admission_policy_without_binding;
mod api_server_always_allow;
mod api_server_anonymous_access;
mod api_server_basic_auth;
mod api_server_insecure_port;
mod api_server_profiling;
mod api_server_token_file;
mod api_server_without_audit_log;
mod api_server_without_node_authorizer;
mod api_server_without_rbac;
mod audit_log_retention;
mod controller_manager_profiling;
mod gatekeeper_dryrun;
mod kyverno_audit;
mod namespace_privileged_pod_security;
mod namespace_without_pod_security;
mod pod_security_warn_only;
mod prelude;
mod privileged_container;
mod scheduler_profiling;
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
    (&api_server_always_allow::CHECK, include_str!("../../../../docs/checks/api-server-always-allow.md")),
    (&api_server_anonymous_access::CHECK, include_str!("../../../../docs/checks/api-server-anonymous-access.md")),
    (&api_server_basic_auth::CHECK, include_str!("../../../../docs/checks/api-server-basic-auth.md")),
    (&api_server_insecure_port::CHECK, include_str!("../../../../docs/checks/api-server-insecure-port.md")),
    (&api_server_profiling::CHECK, include_str!("../../../../docs/checks/api-server-profiling.md")),
    (&api_server_token_file::CHECK, include_str!("../../../../docs/checks/api-server-token-file.md")),
    (&api_server_without_audit_log::CHECK, include_str!("../../../../docs/checks/api-server-without-audit-log.md")),
    (&api_server_without_node_authorizer::CHECK, include_str!("../../../../docs/checks/api-server-without-node-authorizer.md")),
    (&api_server_without_rbac::CHECK, include_str!("../../../../docs/checks/api-server-without-rbac.md")),
    (&audit_log_retention::CHECK, include_str!("../../../../docs/checks/audit-log-retention.md")),
    (&controller_manager_profiling::CHECK, include_str!("../../../../docs/checks/controller-manager-profiling.md")),
    (&gatekeeper_dryrun::CHECK, include_str!("../../../../docs/checks/gatekeeper-dryrun.md")),
    (&kyverno_audit::CHECK, include_str!("../../../../docs/checks/kyverno-audit.md")),
    (&namespace_privileged_pod_security::CHECK, include_str!("../../../../docs/checks/namespace-privileged-pod-security.md")),
    (&namespace_without_pod_security::CHECK, include_str!("../../../../docs/checks/namespace-without-pod-security.md")),
    (&pod_security_warn_only::CHECK, include_str!("../../../../docs/checks/pod-security-warn-only.md")),
    (&privileged_container::CHECK, include_str!("../../../../docs/checks/privileged-container.md")),
    (&scheduler_profiling::CHECK, include_str!("../../../../docs/checks/scheduler-profiling.md")),
    (&webhook_exempted_by_tenant_label::CHECK, include_str!("../../../../docs/checks/webhook-exempted-by-tenant-label.md")),
    (&webhook_fails_open::CHECK, include_str!("../../../../docs/checks/webhook-fails-open.md")),
    (&webhook_slow_timeout::CHECK, include_str!("../../../../docs/checks/webhook-slow-timeout.md")),
];
