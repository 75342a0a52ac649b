//! A compiled regular expression.

use regex::bytes::Regex;

/// A compiled expression.
#[derive(Debug)]
pub(crate) struct Expression {
    pub(crate) regex: Regex,
    /// The names of its groups by their numbers.
    pub(crate) names: Vec<String>,
}
