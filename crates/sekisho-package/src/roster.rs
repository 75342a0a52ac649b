//! Every analyzer there is, and what changes when one of them does.

use crate::analyzer::{Analyzer, Purpose};
use crate::analyzers::ANALYZERS;
use crate::path::path_hash;

/// Every analyzer, by name.
pub fn analyzers() -> &'static [&'static Analyzer] {
    ANALYZERS
}

/// What a kept [`Layer`](crate::Layer) depends on beside its bytes: it changes with every analyzer's version, with
/// the list of them and with the form of the result.
pub fn analyzers_version(purpose: Purpose) -> String {
    /// Raised with the form of [`Layer`](crate::Layer).
    const FORM: u32 = 2;
    let taken = analyzers().iter().filter(|analyzer| purpose.takes(analyzer));
    let text: Vec<String> = taken.map(|one| format!("{}={}", one.name, one.version)).collect();
    format!("{FORM}-{}-{:016x}", purpose.as_str(), path_hash(&text.join(",")))
}
