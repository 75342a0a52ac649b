//! A regular expression in Go's syntax, compiled when it is first needed.

use std::fmt;
use std::sync::{Arc, OnceLock};

use regex::bytes::{Regex, RegexBuilder};
use sekisho_go::regexp::translate;

/// The most bytes of a compiled expression.
const LARGEST: usize = 10 << 20;
/// The longest expression that is read.
const LONGEST: usize = 1 << 20;

/// An expression and its compiled form.
#[derive(Clone)]
pub(crate) struct Pattern(Arc<Inner>);

struct Inner {
    source: String,
    translated: String,
    groups: usize,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// Reads an expression.
    pub(crate) fn read(source: &str) -> Result<Self, String> {
        if source.len() > LONGEST {
            return Err(format!("the expression is longer than {LONGEST} bytes"));
        }
        let pattern = translate(source).map_err(|error| error.to_string())?;
        let groups = pattern.names.len().saturating_sub(1);
        let inner =
            Inner { source: source.to_owned(), translated: pattern.text, groups, compiled: OnceLock::new() };
        Ok(Self(Arc::new(inner)))
    }

    /// Compiles it now, where its source is not trusted.
    pub(crate) fn compile(&self) -> Result<(), String> {
        match self.regex() {
            Some(_) => Ok(()),
            None => Err(format!("the expression compiles to more than {LARGEST} bytes")),
        }
    }

    /// The compiled form; none where it is too large, which [`Self::compile`] has told.
    pub(crate) fn regex(&self) -> Option<&Regex> {
        let compiled = self.0.compiled.get_or_init(|| {
            RegexBuilder::new(&self.0.translated).size_limit(LARGEST).dfa_size_limit(LARGEST).build().ok()
        });
        compiled.as_ref()
    }

    pub(crate) fn matches(&self, text: &[u8]) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text))
    }

    pub(crate) fn source(&self) -> &str {
        &self.0.source
    }

    /// How many groups it has beside the whole match.
    pub(crate) fn groups(&self) -> usize {
        self.0.groups
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.source)
    }
}
