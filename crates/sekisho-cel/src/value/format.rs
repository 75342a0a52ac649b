//! Formats that texts can have.

/// A format that texts can have.
#[derive(Debug)]
pub struct NamedFormat {
    /// Its name.
    pub(crate) name: &'static str,
    /// What is wrong with a text.
    pub(crate) faults: fn(&str) -> Vec<String>,
    /// The length of a pattern for it, which the cost model counts with.
    pub(crate) pattern_size: u64,
}
