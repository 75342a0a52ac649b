//! The tests of sources of policies.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod additions;
mod charters;
mod folders;
mod follower;
mod hostile;
mod http;
mod locations;
mod owners;
mod repository;
mod separation;
mod signatures;
mod support;
