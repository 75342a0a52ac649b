//! Regular expressions in Go's syntax, compiled within limits.

use ::regex::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;
use sekisho_go::regexp::{PatternError, translate};

/// The most bytes of a compiled expression.
const LARGEST: usize = 4 << 20;
/// The longest expression that is read.
const LONGEST: usize = 64 << 10;
/// How deep an expression may be nested.
const DEEPEST: u32 = 200;

/// Compiles an expression.
pub(crate) fn compile(source: &str) -> Result<Regex, PatternError> {
    let compiled = RegexBuilder::new(&translated(source)?).size_limit(LARGEST).nest_limit(DEEPEST).build();
    compiled.map_err(|_| too_large(source))
}

/// The syntax tree of an expression.
pub(crate) fn tree(source: &str) -> Result<Hir, PatternError> {
    let parsed = ParserBuilder::new().nest_limit(DEEPEST).build().parse(&translated(source)?);
    parsed.map_err(|_| too_large(source))
}

fn translated(source: &str) -> Result<String, PatternError> {
    if source.len() > LONGEST {
        return Err(too_large(source));
    }
    Ok(translate(source)?.text)
}

/// What is translated and still refused goes beyond the limits; of a long expression the beginning is shown.
fn too_large(source: &str) -> PatternError {
    PatternError::TooLarge(source.chars().take(100).collect())
}
