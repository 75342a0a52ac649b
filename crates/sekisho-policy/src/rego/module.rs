//! A module of Rego.

use sekisho_manifest::SourceId;

/// A module's text.
#[derive(Debug, Clone, Copy)]
pub struct Module<'m> {
    /// The source that places in it count in.
    pub source: SourceId,
    /// The name that errors show.
    pub file: &'m str,
    /// The text.
    pub text: &'m str,
}
