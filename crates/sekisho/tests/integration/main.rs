//! The command as its user runs it: arguments and files in, output and exit status out.
#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where its expectation does")]

mod access;
mod api_server;
mod audit_events;
mod bad_admission;
mod bad_charts;
mod bad_images;
mod bad_input;
mod bad_policies;
mod bad_rego;
mod bills;
mod builds;
mod bundles;
mod captures;
mod charts;
mod command;
mod configuration;
mod credentials;
mod examples;
mod fixing;
mod image_settings;
mod images;
mod installing;
mod inventories;
mod kustomizations;
mod kyverno_tests;
mod large_cluster;
mod pod_security;
mod policies;
mod policy_lint;
mod rego;
mod rendering;
mod running_images;
mod suppression;
mod value_sets;
mod vulnerabilities;
