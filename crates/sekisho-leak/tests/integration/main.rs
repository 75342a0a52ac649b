//! Texts in, credentials out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod decoding;
mod detecting;
mod draw;
mod hostile;
mod ours;
mod reading;
