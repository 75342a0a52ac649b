//! The catalogue: every text that users read stands in every language. The test lies beside the catalogue.

use std::process::Command;

use anyhow::{Context, Result};

use super::Offences;
use crate::workspace::root;

pub(super) fn check() -> Result<Offences> {
    let output = Command::new(env!("CARGO"))
        .args(["test", "--quiet", "--package", "sekisho-report", "--test", "integration", "catalogue"])
        .current_dir(root())
        .output()
        .context("cannot run the tests of the catalogue")?;
    if output.status.success() {
        return Ok(Offences::new());
    }
    let said = [output.stdout, output.stderr].concat();
    Ok(String::from_utf8_lossy(&said).lines().map(str::to_owned).collect())
}
