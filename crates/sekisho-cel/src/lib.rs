//! CEL: source to checked program, program and values to a result.
//!
//! An [`Environment`] says which variables, functions and message types there are. It
//! [compiles](Environment::compile) a text to a [`Program`], which knows its type and what it may cost, and
//! is [evaluated](Program::evaluate) against an [`Activation`] under a [`Budget`].
//!
//! The semantics are those of the engine that the API server of Kubernetes uses, with its libraries and its
//! cost model. Values of manifests are looked into where they lie; nothing is converted beforehand.

mod activation;
mod authorizer;
mod budget;
mod call;
mod cost;
mod environment;
mod error;
mod extension;
mod functions;
mod library;
mod pattern;
mod plan;
mod program;
mod syntax;
mod types;
mod value;

pub use activation::{Activation, Bindings};
pub use authorizer::{
    About, Authorizer, Decision, GroupCheck, PathCheck, Permissions, Question, ResourceCheck,
};
pub use budget::Budget;
pub use call::{Call, ExtensionCost};
pub use cost::CostEstimate;
pub use environment::Environment;
pub use error::{EvaluationError, Failure};
pub use extension::Extension;
pub use library::Library;
pub use program::{CompileError, CompileFault, Problem, Program};
pub use syntax::ast::Span;
pub use syntax::error::ParseError;
pub use syntax::reserved::is_reserved;
pub use types::{StructType, Type, TypeError};
pub use value::amount::Amount;
pub use value::foreign::Foreign;
pub use value::format::NamedFormat;
pub use value::network::Cidr;
pub use value::url::Url;
pub use value::version::Version;
pub use value::{Duration, List, Map, Nulls, Opaque, Struct, Timestamp, Value};
