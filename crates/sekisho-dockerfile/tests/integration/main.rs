//! The tests of the crate, one module a subject.
#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where its expectation does")]

mod histories;
mod reading;
mod shells;
