//! Regular expressions.

/// A compiled expression.
#[derive(Debug)]
pub(super) struct Expression {
    /// The compiled form.
    pub(super) regex: ::regex::Regex,
}
