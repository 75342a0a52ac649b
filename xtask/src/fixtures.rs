//! `cargo xtask fixtures`: writes what the real kubectl builds of the fixtures of `sekisho-kustomize`, beside
//! them.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::peer;
use crate::workspace::root;

/// The folder of a fixture where its build begins, where that is not the fixture's own.
const START: &str = "overlay";

pub(crate) fn run() -> Result<()> {
    let Some(kubectl) = peer::kubectl()? else { bail!("the real kubectl is not here") };
    let fixtures = root().join("crates/sekisho-kustomize/tests/fixtures");
    let mut written = 0;
    for entry in fs::read_dir(&fixtures).with_context(|| format!("cannot read `{}`", fixtures.display()))? {
        let folder = entry?.path();
        if folder.is_dir() {
            write(&folder, &kubectl)?;
            written += 1;
        }
    }
    println!("{written} fixtures written");
    Ok(())
}

fn write(folder: &Path, kubectl: &Path) -> Result<()> {
    let start = folder.join(START);
    let start = if start.is_dir() { start.as_path() } else { folder };
    let output = Command::new(kubectl).arg("kustomize").arg(start).output()?;
    if !output.status.success() {
        bail!("`{}` does not build: {}", start.display(), String::from_utf8_lossy(&output.stderr));
    }
    fs::write(folder.with_extension("expected.yaml"), output.stdout)?;
    Ok(())
}
