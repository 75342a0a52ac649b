//! `cargo xtask generate`: what is derived from the files of the checks and from the frameworks.
//!
//! The files of the checks are read as text: this works, and mends the list of checks, also when that list is
//! stale or the checks do not compile.

mod analyzers;
mod checks;
mod frameworks;
mod matrix;

use anyhow::Result;

use crate::workspace::Output;

const FRAMEWORK_PAGES: &str = "docs/frameworks";

pub(crate) fn run(check: bool) -> Result<()> {
    let mut output = Output::new(check);
    analyzers::write(&mut output)?;
    let checks = checks::read()?;
    checks::write(&checks, &mut output)?;
    let mut kept = frameworks::write(&checks, &mut output)?;
    kept.push(matrix::write(&checks, &mut output)?);
    output.prune(FRAMEWORK_PAGES, &kept)?;
    output.finish()
}
