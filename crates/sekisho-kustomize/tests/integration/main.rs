//! Kustomizations against what the real kustomize builds, and the places of what is built.

#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod fixtures;
mod refusals;
mod spans;
mod strategic;
mod support;
