//! Rules about single files: a first line that says what the file is for, a length that can be read, names.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::Offences;
use crate::workspace::root;

/// The length at which a file stops; tests, benches, fuzz targets and generated files apart.
const MOST_LINES: usize = 800;

/// Names that say nothing.
const EMPTY_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "misc", "manager"];

/// Words that mark unfinished work.
const UNFINISHED: &[&str] = &["todo!(", "unimplemented!(", "#[ignore", "FIXME", "XXX"];

pub(super) fn check() -> Result<Offences> {
    let mut offences = Offences::new();
    for path in tracked()? {
        let name = Path::new(&path);
        if name.extension().is_some_and(|kind| kind == "rs") {
            let text =
                fs::read_to_string(root().join(&path)).with_context(|| format!("cannot read `{path}`"))?;
            source(&path, &text, &mut offences);
        }
        if path.ends_with("Cargo.toml") && path.starts_with("crates/") || path == "xtask/Cargo.toml" {
            manifest(&path, &mut offences)?;
        }
    }
    for required in [
        "LICENSE",
        "NOTICE",
        "README.md",
        "README.ja.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
    ] {
        if !root().join(required).is_file() {
            offences.push(format!("{required}: missing"));
        }
    }
    Ok(offences)
}

fn source(path: &str, text: &str, offences: &mut Offences) {
    if !text.starts_with("//! ") {
        offences.push(format!("{path}: the first line is no `//!` that says what the file is for"));
    }
    let is_test = path.contains("/tests/") || path.contains("/benches/") || path.starts_with("fuzz/");
    let lines = text.lines().count();
    if lines > MOST_LINES && !is_test && !text.contains("Written by `cargo xtask generate`") {
        offences.push(format!("{path}: {lines} lines, more than {MOST_LINES}"));
    }
    let stem = Path::new(path).file_stem().unwrap_or_default().to_string_lossy();
    if EMPTY_NAMES.contains(&stem.as_ref()) {
        offences.push(format!("{path}: the name `{stem}` says nothing"));
    }
    if path.starts_with("xtask/src/tidy/") {
        return;
    }
    for (number, line) in (1..).zip(text.lines()) {
        if let Some(word) = UNFINISHED.iter().find(|word| line.contains(**word)) {
            offences.push(format!("{path}:{number}: unfinished or switched off: `{word}`"));
        }
    }
}

/// Crates with one audited file of unsafe code, which `forbid` would not let pass.
const OWN_LINTS: [&str; 1] = ["sekisho-database"];

/// Whether the lints are the workspace's but for unsafe code, which is denied.
fn has_own_lints(table: &toml::Table) -> Result<bool> {
    let workspace: toml::Table = fs::read_to_string(root().join("Cargo.toml"))?.parse()?;
    let mut wanted = workspace.get("workspace").and_then(|workspace| workspace.get("lints")).cloned();
    let rust = wanted.as_mut().and_then(|lints| lints.get_mut("rust")).and_then(toml::Value::as_table_mut);
    if let Some(rust) = rust {
        rust.insert("unsafe_code".to_owned(), toml::Value::from("deny"));
    }
    Ok(wanted.as_ref() == table.get("lints"))
}

/// Every crate inherits the workspace's lints, edition and licence.
fn manifest(path: &str, offences: &mut Offences) -> Result<()> {
    let text = fs::read_to_string(root().join(path))?;
    let table: toml::Table = text.parse().with_context(|| format!("cannot read `{path}`"))?;
    let inherits = |value: Option<&toml::Value>| {
        value.and_then(|value| value.get("workspace")).and_then(toml::Value::as_bool) == Some(true)
    };
    let folder = Path::new(path).parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    let is_own = OWN_LINTS.contains(&folder.as_ref()) && has_own_lints(&table)?;
    if !is_own && !inherits(table.get("lints")) {
        offences.push(format!("{path}: does not inherit the workspace's lints"));
    }
    let package = table.get("package");
    for key in ["version", "edition", "license", "rust-version"] {
        if !inherits(package.and_then(|package| package.get(key))) {
            offences.push(format!("{path}: does not inherit `{key}` from the workspace"));
        }
    }
    let name = package.and_then(|package| package.get("name")).and_then(toml::Value::as_str).unwrap_or("");
    if name != folder {
        offences.push(format!("{path}: the crate `{name}` lies in the folder `{folder}`"));
    }
    Ok(())
}

fn tracked() -> Result<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .context("cannot run git")?;
    ensure!(output.status.success(), "git ls-files failed");
    let listed = String::from_utf8(output.stdout)?;
    Ok(listed.lines().filter(|path| root().join(path).is_file()).map(str::to_owned).collect())
}
