//! Why rules cannot be read, are left out, or a file is not judged to its end.

/// Why a file holds no rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct SyntaxError {
    /// The line, from one.
    pub line: usize,
    /// What is wrong there.
    pub reason: String,
}

/// A rule that is not evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Omission {
    /// The file among those that were compiled.
    pub file: usize,
    /// The rule.
    pub rule: String,
    /// Why: the module that it needs, or the rule that is left out itself.
    pub reason: String,
}

/// Why a file is not judged to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// A string of a rule is looked for again and again over the same bytes.
    #[error("the string `{string}` of the rule `{rule}` is found in more ways than are followed")]
    Search {
        /// The rule.
        rule: String,
        /// The string.
        string: String,
    },
    /// The loops of a rule have no end in sight.
    #[error("the rule `{rule}` takes more than {limit} steps, the limit")]
    Steps {
        /// The rule.
        rule: String,
        /// The limit.
        limit: u64,
    },
}
