//! Keys elsewhere: services on loopback that look at every request.
#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where its expectation does")]

mod requests;
mod server;
mod services;
