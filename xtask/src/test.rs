//! `cargo xtask test`: every test there is, after installing what they need.

use std::env;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::conformance;
use crate::workspace::root;

pub(crate) fn run() -> Result<()> {
    cargo(&["test", "--workspace", "--no-fail-fast"])?;
    conformance::run_all()
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
