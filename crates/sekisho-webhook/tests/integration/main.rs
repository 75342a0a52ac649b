//! The webhook as its callers see it: over TLS on loopback.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod answers;
mod audit_backend;
mod callers;
mod ending;
mod image_floods;
mod image_policies;
mod images;
mod lapses;
mod limits;
mod peer;
mod registry;
mod reviews;
mod rotation;
mod traces;
