//! Manifests in, values out.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod api;
mod corpora;
mod duration;
mod edit;
mod edit_corpora;
mod edit_diff;
mod edit_property;
mod edit_support;
mod image;
mod load;
mod origin;
mod quantity;
mod selector;
