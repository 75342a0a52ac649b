//! The tests of the crate, one module a subject.
#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where its expectation does")]

mod bills;
mod deliveries;
mod distributions;
mod installed;
mod java;
mod languages;
mod layers;
mod license_policies;
mod licenses;
mod operating_system;
mod programs;
mod rpm;
mod support;
