//! A repository that a test writes, and a client that goes through it.
#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where its expectation does")]

mod attacks;
mod forms;
mod repository;
mod search;
