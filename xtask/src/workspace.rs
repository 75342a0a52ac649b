//! Where things lie in the workspace, and the one way to write a generated file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or_else(|| Path::new(".")).to_owned()
}

/// A path in the folder of shared test data: `$SEKISHO_SHARED`, else `../shared` beside the workspace.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("SEKISHO_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    Some(folder.join(path)).filter(|path| path.exists())
}

/// The program in the development profile, built first.
pub(crate) fn built() -> Result<PathBuf> {
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--package", "sekisho"])
        .current_dir(root())
        .status()
        .context("cannot run cargo")?;
    ensure!(status.success(), "the build failed");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(target.join("debug/sekisho"))
}

/// Files that are derived from others: written, or only compared.
pub(crate) struct Output {
    check: bool,
    stale: Vec<PathBuf>,
}

impl Output {
    /// With `check`, nothing is written and [`finish`](Self::finish) fails when something would be.
    pub(crate) fn new(check: bool) -> Self {
        Self { check, stale: Vec::new() }
    }

    /// Writes a file whose path is relative to the root, where its content differs.
    pub(crate) fn put(&mut self, path: &str, content: &str) -> Result<()> {
        let target = root().join(path);
        if fs::read_to_string(&target).is_ok_and(|old| old == content) {
            return Ok(());
        }
        self.stale.push(PathBuf::from(path));
        if self.check {
            return Ok(());
        }
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&target, content).with_context(|| format!("cannot write `{}`", target.display()))
    }

    /// Removes the files of a generated folder that are not among `kept` (paths relative to the root).
    pub(crate) fn prune(&mut self, folder: &str, kept: &[String]) -> Result<()> {
        let Ok(entries) = fs::read_dir(root().join(folder)) else {
            return Ok(());
        };
        for entry in entries {
            let entry = entry?;
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if !kept.contains(&path) {
                self.stale.push(PathBuf::from(&path));
                if !self.check {
                    fs::remove_file(entry.path())?;
                }
            }
        }
        Ok(())
    }

    /// Says what changed; with `check` a stale file is an error.
    pub(crate) fn finish(self) -> Result<()> {
        if self.check && !self.stale.is_empty() {
            let names: Vec<_> = self.stale.iter().map(|path| path.display().to_string()).collect();
            anyhow::bail!("stale, run `cargo xtask generate`: {}", names.join(", "));
        }
        for path in &self.stale {
            println!("wrote {}", path.display());
        }
        Ok(())
    }
}
