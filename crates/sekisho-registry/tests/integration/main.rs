//! Images from registries that tell the truth and from those that lie, from archives, folders and storages.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::match_bool, reason = "the two answers of a server stand beside each other")]

mod credentials;
mod keeping;
mod liars;
mod pulls;
mod server;
mod stored;
mod support;
