//! Policies: what is asked of them, what they may know, and what they say.
//!
//! A [`Request`] is what the API server asks about: a scanned manifest becomes one too, as if it were created.
//! Whatever a rule must know beside the request it gets from [`Facts`], which were gathered before: evaluating
//! a rule reads no file, asks no server and knows no clock. What a rule says is a [`Verdict`].
//!
//! Each language turns its documents into [`Policy`]s. A [`PolicySet`] finds those that concern a request and
//! applies them. A [`Bundle`] is a set with the texts that it was made of: it answers a request with a [`Decision`],
//! and knows where each rule stands.

mod about;
pub mod admission;
mod asked;
mod bundle;
mod cases;
mod export;
mod external;
mod facts;
mod fields;
pub mod gatekeeper;
mod group_version;
mod interest;
mod kinds;
pub mod kubescape;
pub mod kyverno;
mod load;
mod need;
pub mod patch;
pub mod pod_security;
mod policy;
mod problem;
pub mod rego;
mod request;
mod review;
mod rollout;
mod set;
mod snapshot;
mod trust;
mod verdict;
mod views;

pub use about::About;
pub use asked::Asked;
pub use bundle::{
    Bundle, BundleOptions, Configuration, Consequence, DataError, Decision, Judged, LineOrigin, Material,
    ModuleText, Provenance, Refusal, RuleOrigin, Text, join_data, merge_data,
};
pub use cases::{Case, Expectation, Mismatch, PolicyTest};
pub use export::{Exported, export_policies};
pub use facts::{ExternalAnswer, Facts, ImageFact, Known, NoFacts, ObjectQuery, Served};
pub use group_version::{GroupVersionKind, GroupVersionResource};
pub use interest::{Interest, Target};
pub use kinds::{Kinds, Resource};
pub use load::{Loaded, Options, is_policy, load};
pub use need::{Need, Needed};
pub use policy::{Effect, EffectKind, FailureClass, Policy};
pub use problem::{Problem, Weight};
pub use request::{Origin, Request, User};
pub use rollout::{Rollout, Stage};
pub use sekisho_manifest::Operation;
pub use set::{PolicySet, Review, Scope};
pub use snapshot::Snapshot;
pub use trust::{TrustSet, TrustText, pod_template, resource_of};
pub use verdict::{Enforcement, Outcome, RuleName, Verdict};
pub use views::Views;
