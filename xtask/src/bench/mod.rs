//! `cargo xtask bench NAME`: measures whole runs, ours and a peer's in turn, so that the ratio holds on a noisy machine.

mod admission;
mod audit;
mod audit_events;
mod charts;
mod gatekeeper;
mod images;
mod kyverno;
mod manifests;
pub(crate) mod measure;
mod runtime;
mod vulnerabilities;

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::workspace::root;

/// A benchmark by its name.
type Bench = (&'static str, fn() -> Result<()>);

/// Every benchmark.
const BENCHES: &[Bench] = &[
    ("admission", admission::run),
    ("audit-events", audit_events::run),
    ("audit", audit::run),
    ("charts", charts::run),
    ("gatekeeper", gatekeeper::run),
    ("images", images::run),
    ("images-at-admission", admission::images),
    ("kyverno", kyverno::run),
    ("manifests", manifests::run),
    ("runtime", runtime::run),
    ("vulnerabilities", vulnerabilities::run),
];

pub(crate) fn run(name: &str) -> Result<()> {
    let Some((_, bench)) = BENCHES.iter().find(|(known, _)| *known == name) else {
        let names: Vec<_> = BENCHES.iter().map(|(name, _)| *name).collect();
        bail!("unknown benchmark `{name}`: use one of {}", names.join(", "));
    };
    bench()
}

/// Builds the binary that is shipped and gives its path.
fn release_binary() -> Result<PathBuf> {
    release_binary_with(&[])
}

/// Builds the binary that is shipped with these features and gives its path.
fn release_binary_with(features: &[&str]) -> Result<PathBuf> {
    let status = Command::new(env!("CARGO"))
        .args([
            "build",
            "--profile",
            "dist",
            "--quiet",
            "--package",
            "sekisho",
            "--features",
            &features.join(","),
        ])
        .current_dir(root())
        .status()
        .context("cannot run cargo")?;
    ensure!(status.success(), "the release build failed");
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(target.join("dist/sekisho"))
}

/// Runs a benchmark again by an xtask that is built as what is shipped.
fn optimized(name: &str) -> Result<()> {
    let status = Command::new(env!("CARGO"))
        .args(["run", "--profile", "dist", "--quiet", "--package", "xtask", "--", "bench", name])
        .current_dir(root())
        .status()
        .context("cannot run cargo")?;
    ensure!(status.success(), "the benchmark failed");
    Ok(())
}

/// A program of this name on the search path.
fn installed(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}
