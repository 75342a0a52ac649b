//! What we ship for pipelines, run and linted as the systems would that it is for.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::Outcome;
use crate::workspace::{built, root};

/// Runs each of them and says what became of it.
const PLAY: &str = include_str!("integrations.py");

#[derive(Deserialize)]
struct Case {
    id: String,
    miss: Option<String>,
}

/// Builds the program and plays every case in a scratch folder.
pub(super) fn run(scratch: &Path, python: &Path) -> Result<Vec<Outcome>> {
    fs::create_dir_all(scratch)?;
    let program = built()?;
    let output = Command::new(python)
        .args(["-c", PLAY])
        .arg(root())
        .arg(scratch)
        .arg(&program)
        .output()
        .context("cannot run the cases")?;
    let said = String::from_utf8(output.stdout)?;
    ensure!(output.status.success(), "the cases failed: {}", String::from_utf8_lossy(&output.stderr));
    let cases = said.lines().map(serde_json::from_str::<Case>).collect::<Result<Vec<_>, _>>()?;
    ensure!(!cases.is_empty(), "no case was played");
    Ok(cases.into_iter().map(|case| Outcome { id: case.id, miss: case.miss }).collect())
}
