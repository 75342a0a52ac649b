//! Kyverno's policies among the others.

pub mod cel;
mod pod_security;
mod policy;
mod request;
mod world;

pub use pod_security::Standards;
pub use policy::{KyvernoPolicy, Loaded, load};
