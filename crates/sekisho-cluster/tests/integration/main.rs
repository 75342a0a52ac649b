//! Connections to servers of our own making, kubeconfigs, and lists as they come.
#![allow(clippy::expect_used, reason = "a test ends where its expectation does")]

mod events;
mod glass;
mod kubeconfigs;
mod lapses;
mod leases;
mod lists;
mod mirrors;
mod server;
mod splitting;
mod surveys;
mod writes;
