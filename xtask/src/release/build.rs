//! The program of a release: linked statically, and without the paths of the machine that it was built on.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::workspace::root;

/// Builds the program for a target and gives its bytes.
pub(super) fn program(target: &str, time: u64) -> Result<Vec<u8>> {
    let renamed = [
        (root(), "/sekisho"),
        (home("CARGO_HOME", ".cargo"), "/cargo"),
        (home("RUSTUP_HOME", ".rustup"), "/rust"),
    ];
    let rust: Vec<String> = renamed
        .iter()
        .map(|(path, name)| format!("--remap-path-prefix={}={name}", path.display()))
        // Cargo forgets to strip a package whose optimization the profile names.
        .chain(["-Ctarget-feature=+crt-static", "-Cstrip=debuginfo"].map(str::to_owned))
        .collect();
    let c: Vec<String> =
        renamed.iter().map(|(path, name)| format!("-ffile-prefix-map={}={name}", path.display())).collect();
    let status = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--locked",
            "--profile",
            "dist",
            "--package",
            "sekisho",
            "--target",
            target,
        ])
        .env("CARGO_ENCODED_RUSTFLAGS", rust.join("\u{1f}"))
        .env("CARGO_TARGET_DIR", folder())
        .env("CARGO_INCREMENTAL", "0")
        .env("CFLAGS", c.join(" "))
        .env("SOURCE_DATE_EPOCH", time.to_string())
        .current_dir(root())
        .status()
        .context("cannot run cargo")?;
    ensure!(status.success(), "the build failed");
    let path = place(target);
    fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// Where the program lies that was built for a target.
pub(super) fn place(target: &str) -> PathBuf {
    folder().join(target).join("dist/sekisho")
}

fn folder() -> PathBuf {
    root().join("target/release-build")
}

/// Where cargo or rustup keep their files.
fn home(variable: &str, folder: &str) -> PathBuf {
    let below_home = || PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(folder);
    env::var_os(variable).map_or_else(below_home, PathBuf::from)
}
