//! In which version of Rego a module is written.

use sekisho_rego::ast::{Module, RegoVersion};
use sekisho_rego::{RegoError, Source};

/// The version of a module: 1, unless it can only be read as version 0.
pub(super) fn of(file: &str, text: &str) -> RegoVersion {
    match parse(file, text) {
        Ok(module) => module.version,
        Err(_) => RegoVersion::V1,
    }
}

/// Reads a module as Rego of version 1, else of version 0.
///
/// # Errors
/// What is no Rego of version 1 in the text, where it is none of version 0 either.
pub fn parse(file: &str, text: &str) -> Result<Module, Vec<RegoError>> {
    let read = |version| sekisho_rego::parse(Source { file, text, version });
    read(RegoVersion::V1).or_else(|errors| read(RegoVersion::V0).map_err(|_| errors))
}
