//! The tests of this crate, in one binary.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod admission;
mod bundle;
mod documents;
mod export;
mod export_rules;
mod gatekeeper;
mod kubescape;
mod kyverno;
mod kyverno_rules;
mod pod_security;
mod rego;
mod review;
mod rollout;
mod served;
mod set;
mod snapshot;
mod texts;
