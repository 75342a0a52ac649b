//! Bills of materials through the public API: data in, data out.
#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where its expectation does")]

mod comparing;
mod foreign;
mod hostile;
mod sample;
mod trips;
mod wrapped;
