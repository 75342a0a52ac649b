//! What is wrong with a policy, and where.

use sekisho_manifest::{FieldPath, Span};

/// A mistake in a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct PolicyError {
    /// Where it stands.
    pub span: Span,
    /// The field.
    pub path: FieldPath,
    /// What is wrong.
    pub kind: PolicyErrorKind,
}

/// What can be wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyErrorKind {
    /// A document of another kind.
    #[error("`{kind}` of `{api_version}` is no policy of Kyverno that is known here")]
    UnknownKind {
        /// The version of the document.
        api_version: String,
        /// Its kind.
        kind: String,
    },
    /// A version that does not exist.
    #[error("`{kind}` has no version `{api_version}`: use `{known}`")]
    UnknownVersion {
        /// The version of the document.
        api_version: String,
        /// Its kind.
        kind: String,
        /// The versions that there are.
        known: &'static str,
    },
    /// A field that does not exist.
    #[error("unknown field `{0}`: remove it")]
    UnknownField(String),
    /// A field that looks like a known one.
    #[error("unknown field `{given}`: `{known}` may be meant")]
    MisspeltField {
        /// What is written.
        given: String,
        /// What may be meant.
        known: &'static str,
    },
    /// A value of the wrong type.
    #[error("expected {0}")]
    Type(&'static str),
    /// A text that is none of those allowed.
    #[error("`{given}` is not allowed here: use {known}")]
    Choice {
        /// What is written.
        given: String,
        /// What may be written.
        known: String,
    },
    /// A field that must be there.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// Fields that exclude each other.
    #[error("only one of {0} may be there")]
    Conflict(&'static str),
    /// None of the fields of which one must be there.
    #[error("one of {0} must be there")]
    NoneOf(&'static str),
    /// Two rules of one name.
    #[error("two rules are named `{0}`: rename one")]
    DuplicateRule(String),
    /// A name that is too long.
    #[error("the name of a rule has at most 63 characters")]
    LongName,
    /// A match that says nothing.
    #[error("`match` says nothing: name kinds")]
    EmptyMatch,
    /// An expression or variable that cannot be read.
    #[error("{0}")]
    Expression(String),
    /// A number of seconds out of range.
    #[error("an examination takes 1 to 30 seconds")]
    Timeout,
    /// Neither requests nor existing objects are examined.
    #[error("neither requests nor existing objects are examined: set `admission` or `background` to true")]
    NeverAsked,
    /// Rules that only make sense when requests are examined.
    #[error("rules that change, make or verify something need `admission`")]
    NeedsAdmission,
    /// Conditions in CEL before a rule that is not.
    #[error("`celPreconditions` stand before `validate.cel` alone: use `preconditions`")]
    CelConditions,
    /// Users in what existing objects are examined by.
    #[error("`{0}` says nothing in the background: set `spec.background` to false")]
    Background(&'static str),
    /// A rule of a kind that cannot be for any object.
    #[error("a rule that makes or verifies something is for certain kinds: name them")]
    AnyKind,
    /// Nested deeper than is read.
    #[error("the policy is nested too deeply: make it flatter")]
    Depth,
}

impl PolicyErrorKind {
    pub(super) fn at(self, span: Span, path: FieldPath) -> PolicyError {
        PolicyError { span, path, kind: self }
    }
}
