//! What a rule says of an object that it objects to.

/// One objection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// A violation, by its message.
    Violation(String),
    /// The rule could not say everything.
    Error(String),
}
