//! Rego through the public API: modules in, results out.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod budgets;
mod builtins;
mod errors;
mod evaluation;
mod hostile;
mod keeping;
mod language;
mod laws;
mod special;
mod support;
