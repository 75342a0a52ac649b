//! Kubescape's rules: Rego over a list of objects, each answer with the fields that are wrong and how to mend
//! them.
//!
//! The semantics are those of Kubescape's own runner: rules stand in the package `armo_builtins`, are given all
//! objects that concern them at once, and find the settings of controls below `data`.

mod aggregate;
mod image;
mod library;
mod policy;
mod response;
mod rule;
pub mod testing;

pub use self::library::{KIND, Library, Loaded, RuleFiles, lint, load};
pub use self::response::{FixPath, Paths, Related, Response};
pub use self::rule::{Inputs, Rule, RuleError};
