//! Templates in, rendered texts and origins out.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod language;
mod origins;
mod semver;
mod support;
