//! Rules applied to requests.

mod apply;
mod cel;
mod cleanup;
mod generate;
mod mutate;
mod objects;
mod pod_security;
mod request;
mod result;
mod scope;
mod validate;

pub use apply::{Mutated, apply, generate, mutate, validate};
pub(crate) use cel::CelRule;
pub use cleanup::removes;
pub use objects::{NoObjects, ObjectQuery, Objects, Snapshot};
pub use pod_security::{Fault, Found, PodSecurity, Violation};
pub use request::{Request, World};
pub use result::{RuleKind, RuleResult, Status};

/// Texts with something between them, empty ones left out.
fn joined(texts: &[&str], between: &str) -> String {
    let texts: Vec<&str> = texts.iter().copied().filter(|text| !text.is_empty()).collect();
    texts.join(between)
}
