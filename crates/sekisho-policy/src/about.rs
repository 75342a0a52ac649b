//! What a rule says of itself, for those who read about it.

use sekisho_manifest::Span;

/// What a rule says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// Where it stands; of several definitions the first.
    pub span: Span,
    /// Its title.
    pub title: Option<String>,
    /// What it looks for.
    pub description: Option<String>,
    /// How bad it is, in a word.
    pub severity: Option<String>,
    /// How to mend what it finds.
    pub remedy: Option<String>,
}
