//! The admission policies of the API server itself: `ValidatingAdmissionPolicy` and `MutatingAdmissionPolicy`,
//! with their bindings and parameters, as `admissionregistration.k8s.io` has them (KEP-3488, KEP-3962).
//!
//! [`load`] reads policies and bindings, checks them as the API server does, and compiles them. What a policy
//! says of a request is a [`Judgement`]; [`answer`] makes of all of them what the API server would answer, word
//! for word. [`MutatingPolicies`] change the object before.

mod binding;
mod checking;
mod conditions;
mod decision;
mod definition;
mod embedded;
mod environment;
mod equivalents;
mod export;
mod loading;
mod matching;
mod mutating;
mod place;
mod reader;
mod scope;
mod validating;
mod view;

pub use decision::{Answer, Decision, Judgement, Reason, Refusal, answer};
pub(crate) use embedded::{Embedded, Parts, variable};
pub(crate) use environment::base as base_environment;
pub use export::{About, Export, export};
pub use loading::{LoadOptions, Loaded, is_policy, load};
pub(crate) use matching::MatchResources;
pub use mutating::{Mutated, MutatingPolicies, MutatingPolicy, MutationStep};
pub(crate) use mutating::{apply_configuration, apply_json_patch};
pub(crate) use reader::{At, Reader};
pub use validating::ValidatingPolicy;
