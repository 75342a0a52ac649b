//! `cargo xtask test`: every test there is, after installing what they need.

use std::env;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::workspace::root;
use crate::{conformance, fuzz};

/// How long each fuzz target runs here: long enough to see that it stands, and no more.
const FUZZ_SECONDS: u32 = 10;

pub(crate) fn run() -> Result<()> {
    cargo(&["test", "--workspace", "--no-fail-fast"])?;
    conformance::run_all()?;
    fuzz::run(None, FUZZ_SECONDS)
}

/// Runs cargo in the root of the workspace, its output shown.
fn cargo(arguments: &[&str]) -> Result<()> {
    println!("$ cargo {}", arguments.join(" "));
    let status = Command::new(env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
        .args(arguments)
        .current_dir(root())
        .status()
        .context("cannot run cargo")?;
    ensure!(status.success(), "`cargo {}` failed", arguments.join(" "));
    Ok(())
}
