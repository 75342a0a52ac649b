//! Trust in images: whose signatures and which attestations an image must have, and whether it has them.
//!
//! A [`Policy`] says for which images it is, who must have signed, and what must be attested. [`judge`] holds what was
//! found beside an image ([`Candidate`](sekisho_signature::image::Candidate)) against all policies that concern it.
//! The policies of sigstore's policy-controller and of Kyverno become the same [`Policy`] ([`of_cluster_image_policy`],
//! [`of_kyverno_rule`]), so that there is one judgement. [`Cache`] keeps decisions by digest, as many as it may.
//!
//! Nothing is fetched and no clock is read here.

#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod bundle;
mod cache;
mod cluster_image_policy;
mod condition;
mod entry;
mod error;
mod field;
mod image_validating_policy;
mod judgement;
mod kyverno;
mod pattern;
mod policy;
mod rego;
mod terms;
mod trust_root;
mod validation;

pub use bundle::BundleInForce;
pub use cache::{Cache, CacheKey};
pub use cluster_image_policy::of_cluster_image_policy;
pub use condition::Condition;
pub use entry::{
    ActionWord, AttestationEntry, FailureWord, GATE_PREDICATE, IdentityEntry, PUBLIC_GOOD, PUBLIC_GOOD_NAME,
    SignerEntry, Surroundings, TrustEntry, public_good,
};
pub use error::ConditionError;
pub use image_validating_policy::of_image_validating_policy;
pub use judgement::{Decision, Image, Material, Ruling, approved_until, judge, judge_ahead, judge_with};
pub use kyverno::of_kyverno_rule;
pub use pattern::ImagePattern;
pub use policy::{Authority, Claim, Evidence, Group, Policy, PolicyError, Trusted};
pub use terms::{Mode, Place, Resource, Terms};
pub use trust_root::of_trust_root;
