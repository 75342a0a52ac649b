//! The checks, held against the examples of their own manual pages and against each other.
#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where its expectation does")]

mod api_versions;
mod cel;
mod census;
mod cluster_components;
mod components;
mod examples;
mod fixes;
mod mappings;
mod network;
mod policy;
mod rbac;
mod secrets;
mod support;
mod workload;
