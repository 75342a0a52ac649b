//! Versions, requirements and package URLs through the public API.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod laws;
mod orders;
mod purls;
mod requirements;
