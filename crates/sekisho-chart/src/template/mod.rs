//! The template language: texts → templates → rendered text with the origin of every byte.
//!
//! A [`TemplateSet`] is filled with the files of a chart in Helm's order and then renders each of them by
//! name. Semantics and messages are those of Go's `text/template` with the options that Helm sets.

mod arguments;
mod ast;
mod expression;
mod frame;
mod lexer;
mod machine;
mod number;
mod parser;
mod rendering;
mod set;
mod stack;
mod values;
mod walk;

pub use self::machine::Budget;
pub(crate) use self::rendering::render_as_go;
pub use self::rendering::{Rendered, Rendering};
pub use self::set::TemplateSet;
pub use self::stack::on_deep_stack;
pub use crate::error::{
    BudgetError, CallError, Caller, Cause, ErrorPlace, ExecuteError, FailedAction, TemplateError,
};
