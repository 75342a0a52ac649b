//! The tests of the crate, one module a subject.
#![allow(clippy::expect_used, reason = "a test that expects what is not there has failed")]

mod packages;
