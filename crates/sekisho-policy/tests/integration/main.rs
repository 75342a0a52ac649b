//! The tests of this crate, in one binary.

mod admission;
mod documents;
mod pod_security;
mod review;
mod set;
mod snapshot;
