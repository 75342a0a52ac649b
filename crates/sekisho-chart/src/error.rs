//! What can go wrong with templates, told as Go and Helm tell it.

use std::fmt;

use smol_str::SmolStr;

use sekisho_go::quote::quote;

use crate::value::{NilMapError, Site};

/// A template that cannot be parsed or rendered.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The text is no template.
    #[error("template: {}:{}: {message}", .place.name, .place.line)]
    Parse {
        /// Where.
        place: Box<ErrorPlace>,
        /// What is wrong there.
        message: String,
    },
    /// An action failed.
    #[error(transparent)]
    Execute(Box<ExecuteError>),
    /// There is no template of that name.
    #[error("template: no template {} associated with template {}", quote(.name), quote(.root))]
    NotAssociated {
        /// The name.
        name: SmolStr,
        /// The name of the set of templates.
        root: SmolStr,
    },
    /// The template spends more than it may.
    #[error(transparent)]
    Budget(#[from] BudgetError),
}

/// An action that failed, and the calls that led to it.
#[derive(Debug)]
pub struct ExecuteError {
    /// The calls of templates that the failure lies in, the innermost first.
    pub callers: Vec<Caller>,
    /// The failed action.
    pub failed: FailedAction,
    /// What is wrong.
    pub cause: Cause,
}

/// An action, as messages show it.
#[derive(Debug)]
pub struct FailedAction {
    /// Where.
    pub place: ErrorPlace,
    /// The name of the template that was executed: of the file, or of a definition in it.
    pub executing: SmolStr,
    /// The expression that failed.
    pub context: String,
}

/// The call of a template that failed.
#[derive(Debug)]
pub struct Caller {
    /// The action that called.
    pub action: FailedAction,
    /// The function by which it called.
    pub function: SmolStr,
    /// What the function says before the template's own error.
    pub prefix: String,
}

/// A place in a template, as messages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorPlace {
    /// The name of the file, or `gotpl` in a text given to `tpl`.
    pub name: SmolStr,
    /// The line, from 1.
    pub line: usize,
    /// The column in bytes, from 0, as Go counts it.
    pub column: usize,
    /// The byte in a source; for a text given to `tpl`, of the place that it came from, if known.
    pub site: Option<Site>,
}

/// Why an action failed.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// The language does not allow it.
    #[error("{0}")]
    Message(String),
    /// A function or method failed.
    #[error("error calling {function}: {error}")]
    Calling {
        /// Its name.
        function: SmolStr,
        /// What it says.
        error: CallError,
    },
}

/// Why a function failed.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// As it says itself.
    #[error("{0}")]
    Message(String),
    /// The chart's author refuses the values, by `fail` or `required`.
    #[error("{0}")]
    Refused(String),
    /// A template that it called failed.
    #[error("{prefix}{error}")]
    Template {
        /// What the function says before the template's own error.
        prefix: String,
        /// The template's error.
        error: Box<TemplateError>,
    },
    /// It would spend more than it may.
    #[error(transparent)]
    Budget(#[from] BudgetError),
}

/// A limit that rendering would pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BudgetError {
    /// Too many steps of evaluation.
    #[error("rendering takes more than {limit} steps")]
    Steps {
        /// The limit.
        limit: u64,
    },
    /// Too many bytes of text and lists made.
    #[error("rendering makes more than {limit} bytes of text and values")]
    Bytes {
        /// The limit.
        limit: usize,
    },
    /// Templates that call templates too deep.
    #[error("templates call each other more than {limit} deep")]
    Depth {
        /// The limit.
        limit: usize,
    },
    /// A value nested too deep to be shown, compared or copied.
    #[error("a value is nested more than {limit} deep")]
    Nesting {
        /// The limit.
        limit: usize,
    },
}

impl CallError {
    /// An error with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Self::Message(message.into())
    }
}

impl From<NilMapError> for CallError {
    fn from(error: NilMapError) -> Self {
        Self::Message(error.to_string())
    }
}

impl From<TemplateError> for CallError {
    fn from(error: TemplateError) -> Self {
        match error {
            TemplateError::Budget(error) => Self::Budget(error),
            error => Self::Template { prefix: String::new(), error: Box::new(error) },
        }
    }
}

impl TemplateError {
    /// The place of the failure itself: the innermost one, where templates called each other.
    pub fn place(&self) -> Option<&ErrorPlace> {
        match self {
            Self::Parse { place, .. } => Some(place),
            Self::Execute(error) => match &error.cause {
                Cause::Calling { error: CallError::Template { error: inner, .. }, .. } => {
                    inner.place().or(Some(&error.failed.place))
                }
                _ => Some(&error.failed.place),
            },
            Self::NotAssociated { .. } | Self::Budget(_) => None,
        }
    }

    /// What the chart's author says by `fail` or `required`, where that is why rendering failed.
    pub fn refusal(&self) -> Option<&str> {
        match self {
            Self::Execute(error) => match &error.cause {
                Cause::Calling { error: CallError::Refused(message), .. } => Some(message),
                _ => None,
            },
            _ => None,
        }
    }
}

impl ExecuteError {
    /// How many bytes the calls may take in a message; outer ones beyond that are left out.
    const MAX_CALLERS: usize = 1 << 20;

    /// Adds the call that led here.
    pub(crate) fn called_by(&mut self, caller: Caller) {
        let size = |caller: &Caller| {
            caller.action.context.len() + caller.prefix.len() + caller.action.executing.len() + 100
        };
        let total: usize = self.callers.iter().rev().take(1_000).map(size).sum();
        if self.callers.len() < 2_000 && total + size(&caller) <= Self::MAX_CALLERS {
            self.callers.push(caller);
        }
    }
}

impl std::error::Error for ExecuteError {}

impl fmt::Display for ExecuteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for caller in self.callers.iter().rev() {
            write!(f, "{}: error calling {}: {}", caller.action, caller.function, caller.prefix)?;
        }
        write!(f, "{}: {}", self.failed, self.cause)
    }
}

impl fmt::Display for FailedAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, executing, context } = self;
        write!(f, "template: {place}: executing {} at <{context}>", quote(executing))
    }
}

impl fmt::Display for ErrorPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.name, self.line, self.column)
    }
}
