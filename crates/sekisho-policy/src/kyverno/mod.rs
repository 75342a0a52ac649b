//! Kyverno's policies among the others.

mod pod_security;
mod policy;
mod request;
mod world;

pub use pod_security::Standards;
pub use policy::{KyvernoPolicy, Loaded, load};
