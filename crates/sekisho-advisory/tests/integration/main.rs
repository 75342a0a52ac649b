//! Texts of advisories in, the model out; VEX out again.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod cvss;
mod formats;
mod vex;
