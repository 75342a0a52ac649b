//! Kyverno's policies: a policy to compiled rules; rules, a resource and facts to verdicts.
//!
//! [`policy::load`] reads a document, [`rule::apply`] asks a policy about a request, and [`testing`] works
//! out Kyverno's own test files. [`value`] is what rules reckon with, [`scalar`] compares plain values with
//! what policies write, [`jmespath`] is the query language, [`context`] holds what variables stand for,
//! [`variables`] fills `{{ … }}` in, [`given`] holds what users
//! say beside policies, and [`operators`] decides conditions. Everything is bounded by a
//! [`Budget`], and nothing is read, printed or asked from outside: time, randomness and facts are arguments.
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

pub mod admission;
mod autogen;
mod budget;
mod certificate;
pub mod context;
mod facts;
pub mod given;
mod image;
pub mod jmespath;
pub mod matching;
pub mod operators;
mod patch;
mod pattern;
pub mod policy;
mod regex;
pub mod rule;
pub mod scalar;
mod settings;
pub mod testing;
pub mod value;
pub mod variables;

pub use budget::{Budget, BudgetError, Meter};
pub use facts::{ApiCall, FactError, FactKind, Facts, NoFacts, Service};
pub use image::{Image, ImageError};
pub use settings::Settings;
pub use value::{Map, Value};
