//! Kyverno's documents, read into rules that can be evaluated.

mod action;
mod admitted;
mod check;
mod cleanup;
mod definition;
mod error;
mod exception;
mod expressions;
mod fields;
mod load;
mod read;
mod rule;
mod schema;
mod shape;
mod standard;
mod variables;

pub use self::action::FailureAction;
pub(crate) use self::action::Override;
pub use self::cleanup::CleanupPolicy;
pub use self::definition::Policy;
pub use self::error::{PolicyError, PolicyErrorKind};
pub use self::exception::Exception;
pub(crate) use self::expressions::{CelRule, Demand, Expression, Parameters};
pub use self::load::{Document, Loaded, is_policy, load};
pub use self::rule::Rule;
pub(crate) use self::rule::{
    Body, Check, Generate, GenerateForeach, Generated, Mutate, MutateForeach, MutateWork, PatchSource,
    PatternSource, PodSecurityRule, Target, Validate, ValidateForeach, target_selector,
};
pub(crate) use self::standard::Standard;
