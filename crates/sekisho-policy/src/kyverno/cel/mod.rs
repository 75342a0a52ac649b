//! Kyverno's policies of expressions: the group `policies.kyverno.io`.
//!
//! [`load`] reads policies and exceptions, [`CelPolicy::judge`] says what a policy makes of a request. What
//! functions would ask of a cluster, a registry or a server they ask of an [`Outside`], which holds what was
//! gathered before.

mod autogen;
mod bound;
mod constraints;
mod definition;
mod deleting;
mod environment;
mod evaluation;
mod exception;
mod expression;
mod gate;
mod gathered;
mod generating;
mod judgement;
mod kind;
mod library;
mod load;
mod mutating;
mod outside;
mod owner;
mod policy;
mod scope;
mod subject;
mod template;
mod templates;
mod testing;
mod validating;

pub use definition::CelPolicy;
pub use judgement::{Judgement, Surroundings};
pub use kind::{PolicyKind, is_policy};
pub use load::{Loaded, load};
pub use outside::{Address, HttpRequest, NoOutside, Outside, Silence};
pub use policy::SetPolicy;
pub use testing::CelPolicies;
