//! The tests of the store.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod faults;
#[cfg(feature = "postgresql")]
mod postgresql;
#[cfg(feature = "postgresql")]
mod postgresql_server;
mod results;
mod support;
