//! What rules say.

use smol_str::SmolStr;

use crate::policy::FailureAction;
use crate::value::Value;

/// What a rule says of a request.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleResult {
    /// The rule's name.
    pub rule: SmolStr,
    /// What the rule does.
    pub kind: RuleKind,
    /// What came out.
    pub status: Status,
    /// In Kyverno's words; may be empty.
    pub message: String,
    /// The field at which a pattern failed, with a slash behind each of its parts.
    pub path: Option<String>,
    /// What is to happen where the rule does not hold.
    pub action: FailureAction,
    /// The exceptions that let the resource off, each `namespace/name`.
    pub exceptions: Vec<String>,
    /// The object that was changed in place of the one that was asked about.
    pub target: Option<Value>,
    /// The objects that are generated.
    pub generated: Vec<Value>,
    /// What would be copies, by kind, namespace and name: of objects that are not there.
    pub bereft: Vec<Value>,
}

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleKind {
    /// It says whether an object holds.
    Validation,
    /// It changes objects.
    Mutation,
    /// It makes objects.
    Generation,
    /// It verifies signatures.
    ImageVerification,
}

/// What comes out when a rule is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// The rule holds, or was carried out.
    Pass,
    /// The rule does not hold.
    Fail,
    /// The rule does not hold, and only warns.
    Warn,
    /// The rule does not apply by its own conditions, or there was nothing to do.
    Skip,
    /// The rule could not be evaluated.
    Error,
    /// The rule needs something that is not there, and says nothing.
    NotExamined,
}

impl Status {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Warn => "warn",
            Self::Skip => "skip",
            Self::Error => "error",
            Self::NotExamined => "not examined",
        }
    }
}

/// A result in the making: status and words.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) status: Status,
    pub(super) message: String,
    pub(super) path: Option<String>,
    pub(super) exceptions: Vec<String>,
}

impl Said {
    fn new(status: Status, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), path: None, exceptions: Vec::new() }
    }

    pub(super) fn pass(message: impl Into<String>) -> Self {
        Self::new(Status::Pass, message)
    }

    pub(super) fn fail(message: impl Into<String>) -> Self {
        Self::new(Status::Fail, message)
    }

    pub(super) fn skip(message: impl Into<String>) -> Self {
        Self::new(Status::Skip, message)
    }

    pub(super) fn error(message: impl Into<String>) -> Self {
        Self::new(Status::Error, message)
    }

    pub(super) fn not_examined(message: impl Into<String>) -> Self {
        Self::new(Status::NotExamined, message)
    }

    pub(super) fn at(self, path: &str) -> Self {
        Self { path: (!path.is_empty()).then(|| path.to_owned()), ..self }
    }

    pub(super) fn for_exceptions(self, exceptions: Vec<String>) -> Self {
        Self { exceptions, ..self }
    }
}

/// Texts with something between them, empty ones left out.
pub(super) fn joined(texts: &[&str], between: &str) -> String {
    let texts: Vec<&str> = texts.iter().copied().filter(|text| !text.is_empty()).collect();
    texts.join(between)
}
