//! Tests of trust, through the public interface.

#![allow(clippy::unwrap_used, reason = "what makes the material of a test stops where it is wrong")]

mod caches;
mod foreign;
mod image_validating;
mod patterns;
mod policies;
mod support;
