//! Rules that validate, said in CEL, so that the API server's own admission policies can stand for them.
//!
//! Rules of expressions are taken over as they are. Patterns, conditions and loops over fields of the object are said
//! anew, with the same verdicts for every object that fits its schema. What cannot be said is refused with the reason.

mod cel;
mod conditions;
mod expression;
mod filter;
mod pattern;
mod place;
mod refused;
mod rule;
mod scalar;
mod translation;

pub use self::place::{Fields, ITEM, Shape};
pub use self::refused::Untranslatable;
pub use self::rule::{AdmissionDemand, AdmissionParameters, AdmissionRule};
pub use self::translation::rules;
