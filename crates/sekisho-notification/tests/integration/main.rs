//! Alerts on their way to receivers on loopback, which do what the test says.
#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where its expectation does")]

mod collector;
mod loopback;
mod outbox;
mod syslog;
