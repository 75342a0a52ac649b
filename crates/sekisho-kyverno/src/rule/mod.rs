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
mod running;
mod scope;
mod standards;
mod validate;

pub use api_path::ApiPath;
pub use apply::{Mutated, apply, generate, mutate, validate};
pub use cleanup::removes;
pub use objects::{NoObjects, ObjectQuery, Objects, Snapshot};

pub use request::{Request, World};
pub use result::{RuleKind, RuleResult, Status};
pub use standards::{Fault, Found, PodSecurity, Violation};
