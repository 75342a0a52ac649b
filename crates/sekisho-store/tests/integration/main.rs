//! The tests of the store.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![cfg_attr(
    feature = "postgresql",
    expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")
)]
#![cfg_attr(feature = "postgresql", expect(clippy::print_stdout, reason = "a test that cannot run says so"))]

mod faults;
#[cfg(feature = "postgresql")]
mod postgresql;
#[cfg(feature = "postgresql")]
mod postgresql_server;
mod results;
mod support;
