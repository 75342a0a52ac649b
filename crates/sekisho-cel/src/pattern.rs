//! Regular expressions in RE2's syntax, compiled within limits.

use regex::{Regex, RegexBuilder};
use sekisho_go::regexp::{PatternError, translate};

use crate::error::Failure;

/// The most bytes of a compiled pattern.
const LARGEST: usize = 4 << 20;

/// Compiles a pattern.
pub(crate) fn compile(source: &str) -> Result<Regex, Failure> {
    let translated = translate(source).map_err(|error| Failure::argument(error.to_string()))?;
    let compiled = RegexBuilder::new(&translated.text).size_limit(LARGEST).nest_limit(200).build();
    // What is translated and still refused goes beyond the limits.
    compiled.map_err(|_| Failure::argument(PatternError::TooLarge(source.to_owned()).to_string()))
}
