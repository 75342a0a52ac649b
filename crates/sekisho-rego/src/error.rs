//! What can be wrong with a module, a query or an evaluation.

use std::fmt;

use crate::span::{Location, Span};

/// The kinds of errors, by the codes that users of OPA know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// The text is no module.
    Parse,
    /// The modules do not fit together.
    Compile,
    /// A value can never have the type that is asked of it.
    Type,
    /// A variable is used that nothing gives a value.
    UnsafeVar,
    /// A rule refers to itself.
    Recursion,
    /// A rule or a function gives two values where one is allowed.
    EvalConflict,
    /// A built-in function was given a value of the wrong type.
    EvalType,
    /// A built-in function refused its arguments.
    EvalBuiltin,
    /// `with` cannot replace what it names.
    EvalWithMerge,
    /// The evaluation was ended from outside or by a budget.
    EvalCancel,
    /// The evaluation met something that must not happen.
    EvalInternal,
}

impl ErrorCode {
    /// The code as OPA writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Parse => "rego_parse_error",
            Self::Compile => "rego_compile_error",
            Self::Type => "rego_type_error",
            Self::UnsafeVar => "rego_unsafe_var_error",
            Self::Recursion => "rego_recursion_error",
            Self::EvalConflict => "eval_conflict_error",
            Self::EvalType => "eval_type_error",
            Self::EvalBuiltin => "eval_builtin_error",
            Self::EvalWithMerge => "eval_with_merge_error",
            Self::EvalCancel => "eval_cancel_error",
            Self::EvalInternal => "eval_internal_error",
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An error in a module or a query, with its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct RegoError {
    /// What kind it is.
    pub code: ErrorCode,
    /// What is wrong.
    pub message: String,
    /// Where, in the terms of the text.
    pub span: Span,
    /// Where, for people.
    pub location: Location,
}

impl fmt::Display for RegoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.location.row > 0 {
            write!(f, "{}: ", self.location)?;
        }
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl RegoError {
    /// An error at a place of the file with this name.
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>, span: Span, file: &str) -> Self {
        let location = Location { file: file.to_owned(), row: span.row, column: span.column };
        Self { code, message: message.into(), span, location }
    }
}
