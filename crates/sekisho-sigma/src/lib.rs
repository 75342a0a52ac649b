//! Sigma's rules for the audit events of Kubernetes: texts to rules whose conditions are those of `sekisho-falco`.
//!
//! [`load`] reads a file of rules. A rule of Sigma names members of events by paths (`objectRef.resource`), says with
//! modifiers how they are compared, and joins what it calls searches by a condition. What comes of it is a
//! [`Rule`](sekisho_falco::Rule) like any other: it is compiled into one graph with Falco's, and a comparison that
//! occurs in both is made once.
//!
//! A [`Correlation`] counts what rules found: a [`Correlator`] is given each match and says which correlations hold.
//!
//! The language is that of the Sigma specification 2.1. What it leaves to others, placeholders, is refused by its name.
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod condition;
mod correlation;
mod correlator;
mod encode;
mod error;
mod file;
mod filter;
mod item;
mod level;
mod modifier;
mod pattern;
mod rule;

pub use correlation::{Comparison, Correlation, CorrelationKind};
pub use correlator::{Correlated, Correlator, FieldValues};
pub use error::{SigmaError, SigmaErrorKind};
pub use file::{SigmaFile, load};
pub use filter::SigmaFilter;
pub use level::Level;
pub use rule::{Budget, SigmaRule};
