//! Why a rule cannot be used.

use sekisho_manifest::Span;
use thiserror::Error;

/// Why a rule cannot be used, and where.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{kind}")]
pub struct SigmaError {
    /// Why.
    pub kind: SigmaErrorKind,
    /// Where.
    pub span: Span,
}

/// Why a rule cannot be used.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum SigmaErrorKind {
    /// The file is not valid YAML.
    #[error("{0}")]
    Yaml(String),
    /// Something that a rule must have is not there.
    #[error("a rule needs `{0}`")]
    Missing(&'static str),
    /// Something is of the wrong kind.
    #[error("`{name}` must be {wanted}")]
    Kind {
        /// What.
        name: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// The rule looks at other events.
    #[error("the rule is about events of `{0}`: only those of Kubernetes' audit log are looked at")]
    Source(String),
    /// A part of Sigma that is not here.
    #[error("{0}")]
    Unsupported(&'static str),
    /// There is no such modifier.
    #[error("there is no modifier `{0}`")]
    Modifier(String),
    /// A modifier cannot be applied to a value.
    #[error("the modifier `{modifier}` needs {wanted}")]
    Value {
        /// The modifier.
        modifier: &'static str,
        /// What it is applied to.
        wanted: &'static str,
    },
    /// A condition cannot be read.
    #[error("in the condition: {message} at `{near}`")]
    Condition {
        /// Why.
        message: &'static str,
        /// The word at which it goes wrong.
        near: String,
    },
    /// A condition names no search.
    #[error("the condition names `{0}`, and no search of the rule has this name")]
    Unknown(String),
    /// A correlation names a rule that is not there.
    #[error("the correlation names the rule `{0}`, and no rule has this name or identifier")]
    UnknownRule(String),
    /// Something takes more than the budget.
    #[error("the rule is too large: {0}")]
    TooLarge(&'static str),
}
