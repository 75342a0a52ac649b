//! `cargo xtask fuzz`: feeds random bytes to every parser of bytes, for seconds in CI and for hours by hand.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::workspace::root;

/// Coverage feedback with the stable compiler: what libFuzzer needs to see which inputs are new.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Ccodegen-units=1 -Cdebug-assertions \
    -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Runs one target, or all, each for so many seconds.
pub(crate) fn run(target: Option<&str>, seconds: u32) -> Result<()> {
    let known = targets()?;
    if let Some(target) = target {
        ensure!(
            known.iter().any(|name| name == target),
            "unknown target `{target}`: use one of {}",
            known.join(", ")
        );
    }
    let folder = root().join("fuzz");
    let host = host()?;
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--quiet", "--target", &host])
        .env("RUSTFLAGS", FLAGS)
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .current_dir(&folder)
        .status()
        .context("cannot run cargo")?;
    ensure!(built.success(), "the fuzz targets do not build: they need a C++ compiler");
    let binaries = env::var_os("CARGO_TARGET_DIR").map_or_else(|| folder.join("target"), PathBuf::from);
    for name in known.iter().filter(|name| target.is_none_or(|target| target == name.as_str())) {
        let corpus = folder.join("corpus").join(name);
        fs::create_dir_all(&corpus)?;
        let output = Command::new(binaries.join(&host).join("release").join(name))
            .arg(&corpus)
            .args(["-max_len=4096", "-timeout=10", "-rss_limit_mb=2048"])
            .arg(format!("-max_total_time={seconds}"))
            .current_dir(&folder)
            .output()
            .with_context(|| format!("cannot run the fuzz target `{name}`"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "fuzz target `{name}` failed:\n{said}");
        println!("fuzz {name}: {}", said.lines().last().unwrap_or("ended").trim());
    }
    Ok(())
}

/// The targets, by the names of their files.
fn targets() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root().join("fuzz/fuzz_targets"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| kind == "rs") {
            names.push(path.file_stem().unwrap_or_default().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn host() -> Result<String> {
    let output =
        Command::new("rustc").args(["--print", "host-tuple"]).output().context("cannot run rustc")?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
