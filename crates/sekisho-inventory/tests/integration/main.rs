//! Manifests in, what the inventory knows of them out.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod isolation;
mod namespaces;
mod selection;
mod support;
