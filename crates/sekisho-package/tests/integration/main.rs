//! The tests of the crate, one module a subject.

mod layers;
mod operating_system;
mod support;
