//! A function: its name, its parameters, and what it does.

use std::fmt;

use crate::call::Call;
use crate::error::CallError;
use crate::value::{Type, Value};

/// Functions that belong together.
pub(crate) type Family = &'static [Function];

/// What a function does.
pub type Body = fn(&mut Call<'_>, &[Value]) -> Result<Value, CallError>;

/// A function that templates can call.
#[derive(Clone, Copy)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// The types of its fixed parameters.
    pub(crate) parameters: &'static [Type],
    /// The type of any further arguments.
    pub(crate) rest: Option<Type>,
    pub(crate) form: Form,
}

/// How a function is evaluated.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// Its arguments first.
    Plain(Body),
    /// Arguments up to the first that is false.
    And,
    /// Arguments up to the first that is true.
    Or,
    /// Its arguments first, then it fails: no value of Helm's can be called.
    Call,
}

impl Function {
    /// A function of a fixed number of arguments.
    pub(crate) const fn new(name: &'static str, parameters: &'static [Type], body: Body) -> Self {
        Self { name, parameters, rest: None, form: Form::Plain(body) }
    }

    /// A function of any number of arguments behind the fixed ones.
    pub(crate) const fn variadic(
        name: &'static str,
        parameters: &'static [Type],
        rest: Type,
        body: Body,
    ) -> Self {
        Self { name, parameters, rest: Some(rest), form: Form::Plain(body) }
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function").field("name", &self.name).finish_non_exhaustive()
    }
}
