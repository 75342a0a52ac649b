//! Tests of signatures, through the public interface.

#![allow(clippy::unwrap_used, reason = "what makes the material of a test stops where it is wrong")]
#![allow(clippy::disallowed_methods, reason = "tests read the cases of a suite")]

mod devices;
mod hostile;
mod keys;
mod layers;
mod services;
mod suite;
