//! Compiled expressions.

use regex::Regex;

/// A compiled expression.
#[derive(Debug)]
pub(super) struct Expression {
    pub(super) regex: Regex,
    /// The names of its groups by their numbers.
    pub(super) names: Vec<String>,
}
