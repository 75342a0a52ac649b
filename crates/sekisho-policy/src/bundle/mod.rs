//! Texts of policies → one compiled set that knows where each rule stands: what the command line, the webhook,
//! the audit and the controller all apply.
//!
//! [`Material`] is what was read; [`Bundle::compile`] makes a set of it. What cannot be used is a problem of the
//! bundle, never left out in silence. [`Bundle::decide`] answers a request.

mod compiled;
mod data;
mod decision;
mod library;
mod material;
mod needs;
mod origin;
mod places;
mod reading;
mod validation;

pub use self::compiled::{Bundle, BundleOptions, Configuration};
pub use self::data::{DataError, join_data, merge_data};
pub use self::decision::{Consequence, Decision, Judged, Refusal};
pub use self::material::{LineOrigin, Material, ModuleText, Provenance, Text};
pub use self::origin::RuleOrigin;
