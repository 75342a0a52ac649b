//! What compiling and evaluating are given, and what they give.

use std::fmt;

use crate::functions::World;
use crate::host::{HostAnswers, HostFunction};
use crate::span::Location;
use crate::syntax::ast::{Name, RegoVersion};
use crate::value::Value;

/// A module's text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Source<'s> {
    /// The name that errors show.
    pub file: &'s str,
    /// The text.
    pub text: &'s str,
    /// The language that it is written in, if it does not say so itself.
    pub version: RegoVersion,
}

/// How modules are compiled.
#[derive(Debug, Default, Clone)]
pub struct Options {
    /// Whether unused variables and imports are errors.
    pub strict: bool,
    /// Whether `print` is kept; else its calls are left out.
    pub print: bool,
    /// Functions that the host gives; they take the place of built-in functions of their names.
    pub functions: Vec<HostFunction>,
    /// Built-in functions that may not be called.
    pub forbidden: Vec<String>,
    /// Whether the definitions of sets can be evaluated one by one: see [`Compiled::parts`](crate::Compiled::parts).
    pub parts: bool,
    /// Keys of the input under which the very same values come in many evaluations, such as the parameters of a
    /// constraint. What rules make of these and of `data` alone is kept in the memory from one evaluation to the
    /// next. With any, and without `parts`, rules can be made smaller: see [`Compiled::specialize`](crate::Compiled::specialize).
    pub steady: Vec<String>,
}

/// How much an evaluation may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Steps, each about what one condition costs.
    pub steps: u64,
    /// Bytes of values that are made.
    pub memory: u64,
    /// How deep rules may call each other.
    pub depth: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { steps: 20_000_000, memory: 512 << 20, depth: 2_000 }
    }
}

/// What an evaluation is given. Values are shared, not copied.
#[derive(Clone, Copy, Default)]
pub struct Request<'r> {
    /// `input`; without it references to it are undefined.
    pub input: Option<&'r Value>,
    /// The base documents below `data`.
    pub data: Option<&'r Value>,
    /// The time, seeds and facts.
    pub world: World<'r>,
    /// The budget.
    pub budget: Budget,
    /// Answers the calls of functions of the host in their place, from facts of this evaluation.
    pub host: Option<&'r HostAnswers<'r>>,
    /// Whether errors of built-in functions are errors of the evaluation, and not just undefined.
    pub strict_errors: bool,
    /// Asked from time to time whether the evaluation shall end.
    pub cancelled: Option<&'r dyn Fn() -> bool>,
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("budget", &self.budget).finish_non_exhaustive()
    }
}

/// A line that `print` wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// The line.
    pub text: String,
    /// Where the call stands.
    pub location: Location,
}

/// The value of a document.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The value; nothing where it is undefined.
    pub value: Option<Value>,
    /// What was printed.
    pub printed: Vec<Printed>,
    /// Steps that were taken.
    pub steps: u64,
}

/// The answers to a query.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// The names of its variables.
    pub names: Vec<Name>,
    /// One answer for each solution.
    pub answers: Vec<Answer>,
    /// What was printed.
    pub printed: Vec<Printed>,
}

/// One solution of a query.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The values of the variables, in the order of their names.
    pub bindings: Vec<Value>,
    /// The values of the expressions in order.
    pub expressions: Vec<Value>,
}
