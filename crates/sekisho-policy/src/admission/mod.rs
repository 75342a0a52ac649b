//! The admission policies of the API server itself: `ValidatingAdmissionPolicy`, with its bindings and
//! parameters, as `admissionregistration.k8s.io` has them (KEP-3488).
//!
//! [`load`] reads policies and bindings, checks them as the API server does, and compiles them. What a policy
//! says of a request is a [`Judgement`]; [`answer`] makes of all of them what the API server would answer, word
//! for word.

mod binding;
mod conditions;
mod decision;
mod definition;
mod environment;
mod equivalents;
mod export;
mod loading;
mod matching;
mod place;
mod reader;
mod scope;
mod validating;
mod view;

pub use decision::{Answer, Decision, Judgement, Reason, Refusal, answer};
pub use export::{About, Export, export};
pub use loading::{LoadOptions, Loaded, load};
pub use validating::ValidatingPolicy;
