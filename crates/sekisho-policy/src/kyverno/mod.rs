//! Kyverno's policies among the others.

pub mod cel;
mod cleanup;
mod globals;
mod options;
mod pod_security;
mod policy;
mod request;
mod roles;
mod world;

pub use cleanup::Cleanup;
pub(crate) use cleanup::for_set;
pub(crate) use globals::Globals;
pub use options::Options;
pub use pod_security::Standards;
pub(crate) use policy::load_with;
pub use policy::{KyvernoPolicy, Loaded, load};
