//! Gatekeeper: constraint templates in Rego and CEL, constraints, expansion templates and mutators.
//!
//! The semantics are those of Gatekeeper 3.23 and of the constraint framework below it.

mod block;
mod cel;
mod constraint;
mod expansion;
mod external;
mod matching;
mod mutation;
mod policies;
mod rego;
mod rego_source;
mod rule;
mod said;
mod schema;
mod subject;
pub mod suite;
mod template;

pub(crate) use self::cel::ANY_OBJECT;
pub use self::constraint::EnforcementPoint;
pub use self::policies::{Options, is_policy, lint, load, load_from};
pub use self::template::Engine;
