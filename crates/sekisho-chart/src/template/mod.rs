//! The template language: texts → templates → rendered text with the origin of every byte.
//!
//! A [`TemplateSet`] is filled with the files of a chart in Helm's order and then renders each of them by
//! name. Semantics and messages are those of Go's `text/template` with the options that Helm sets.

mod arguments;
mod ast;
mod call;
pub(crate) mod compare;
pub(crate) mod complex;
mod error;
pub(crate) mod escape;
mod expression;
pub(crate) mod format;
mod frame;
pub(crate) mod index;
mod lexer;
mod machine;
pub(crate) mod number;
mod parser;
mod set;
mod stack;
mod values;
mod walk;

pub use self::call::Call;
pub use self::error::{
    BudgetError, CallError, Caller, Cause, ErrorPlace, ExecuteError, FailedAction, TemplateError,
};
pub use self::machine::Budget;
pub(crate) use self::set::render_as_go;
pub use self::set::{Rendered, Rendering, TemplateSet};
pub use self::stack::on_deep_stack;
