//! Templates and charts in, rendered texts and origins out.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod bombs;
mod chart;
mod functions;
mod hostile;
mod in_memory;
mod language;
mod origins;
mod schema;
mod semver;
mod support;
mod values;
