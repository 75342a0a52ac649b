//! Rules applied to requests.

mod api_path;
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

pub use api_path::ApiPath;
pub use apply::{Mutated, apply, generate, mutate, validate};
pub(crate) use cel::CelRule;
pub use cleanup::removes;
pub use objects::{NoObjects, ObjectQuery, Objects, Snapshot};
pub use pod_security::{Fault, Found, PodSecurity, Violation};
pub use request::{Request, World};
pub use result::{RuleKind, RuleResult, Status};

/// The steps that an element of a loop takes by itself: variables are copied and conditions read for each.
const ELEMENT_STEPS: usize = 1_000;

/// Texts with something between them, empty ones left out.
fn joined(texts: &[&str], between: &str) -> String {
    let texts: Vec<&str> = texts.iter().copied().filter(|text| !text.is_empty()).collect();
    texts.join(between)
}
