//! Rego: modules to a compiled program; input, data and facts to a result.
//!
//! Versions 0 and 1 of the language with the semantics of the Open Policy Agent. Everything is bounded by a
//! budget, and nothing is read, printed or asked from outside.
//!
//! [`compile`] makes [`Compiled`] of sources; it is shared by all threads. [`Compiled::document`] finds a rule or
//! a package once, [`Compiled::evaluate`] gives its value for the input and data of a [`Request`], which are
//! converted once and never copied. [`Compiled::query`] and [`Compiled::ask`] do the same for queries with
//! variables.
//!
//! ```
//! use sekisho_rego::value::read_json;
//! use sekisho_rego::{Memory, Options, Request, Source, compile};
//!
//! let text = "package demo\nviolation contains msg if { input.n > 1; msg := \"too many\" }";
//! let source = Source { file: "demo.rego", text, ..Source::default() };
//! let compiled = compile(&[source], &Options::default()).expect("a module");
//! let violation = compiled.document(&["demo", "violation"]).expect("a rule");
//! let input = read_json(r#"{"n": 2}"#).expect("JSON");
//! let request = Request { input: Some(&input), ..Request::default() };
//! let outcome = compiled.evaluate(violation, &request, &mut Memory::new()).expect("within the budget");
//! assert_eq!(outcome.value.expect("a set").to_json(), r#"["too many"]"#);
//! ```
//!
//! Text goes through the lexer and parser of `syntax` in one pass; `compile` resolves names, puts conditions in
//! an order in which every variable has a value before it is used, and checks; `types` finds what can never hold.
//! The outcome is `ir`, which `special` can make smaller; `plan` writes steps over numbered registers from it, and
//! `evaluate` takes the steps without recursion.

mod compile;
mod engine;
mod error;
mod evaluate;
pub mod functions;
mod host;
mod ir;
mod plan;
mod request;
mod span;
mod special;
mod syntax;
mod types;
pub mod value;

pub use compile::Remark;
pub use engine::{Compiled, Document, Part, Query, Specialized, compile, parse};
pub use error::{ErrorCode, RegoError};
pub use evaluate::{EvaluationError, Limit, Memory};
pub use host::{HostAnswers, HostCall, HostFunction};
pub use request::{Answer, Answers, Budget, Options, Outcome, Printed, Request, Source};
pub use span::{Location, Span};
pub use syntax::{ast, visit};
