//! The tests of this crate, in one binary.

mod pod_security;
mod set;
mod snapshot;
