//! Kustomizations against what the real kustomize builds, and the places of what is built.

mod fixtures;
mod refusals;
mod spans;
mod support;
