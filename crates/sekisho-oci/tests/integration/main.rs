//! Images as bytes: what a reader makes of good ones and of hostile ones.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod archives;
mod documents;
mod layers;
mod platforms;
mod support;
mod tars;
