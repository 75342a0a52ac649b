//! What is wrong with a document that holds a policy.

use sekisho_manifest::{Node, Span};

/// One thing that is wrong with a policy, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// Where; in the text of the policy.
    pub span: Span,
    /// What is wrong, and what to do.
    pub message: String,
    /// What becomes of the policy.
    pub weight: Weight,
}

/// What becomes of a policy that has a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// It works, though perhaps not as it was meant.
    Warning,
    /// It cannot be used.
    Error,
}

impl Problem {
    /// A problem that makes the policy useless.
    pub fn error(at: &Node, message: impl Into<String>) -> Self {
        Self { span: at.span, message: message.into(), weight: Weight::Error }
    }

    /// A problem that makes the policy useless, of which only the place is at hand.
    pub fn at(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), weight: Weight::Error }
    }

    /// A problem that the policy can live with.
    pub fn warning(at: &Node, message: impl Into<String>) -> Self {
        Self { span: at.span, message: message.into(), weight: Weight::Warning }
    }
}
