//! What packages are in root file systems, beside syft: the sets of type, name and version must agree.
//!
//! Differences that are meant are taken out by rules, each explained in `docs/accuracy.md`. Without `--data` the
//! roots are staged: Debian's databases and packages of this machine, and rpm's database in its three forms.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use sekisho_contents::{Contents, Package};
use sekisho_package::merge;
use sekisho_registry::{Limits, pass_folder};
use serde_json::Value;

use super::Outcome;
use crate::workspace::root;

/// A type, a name and a version.
type Row = (String, String, String);

/// Compares one root that is given.
pub(crate) fn given(data: &Path, syft: &Path) -> Result<Vec<Outcome>> {
    compare("data", data, syft)
}

/// Stages roots below the folder, and compares each.
pub(crate) fn staged(folder: &Path, syft: &Path) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    let machine = folder.join("debian");
    if stage_machine(&machine)? {
        outcomes.extend(compare("debian", &machine, syft)?);
    }
    for (name, file) in
        [("rpm-berkeley", "Packages"), ("rpm-ndb", "Packages.db"), ("rpm-sqlite", "rpmdb.sqlite")]
    {
        let staged = folder.join(name);
        stage_database(&staged, file)?;
        outcomes.extend(compare(name, &staged, syft)?);
    }
    Ok(outcomes)
}

/// Stages a root with the database of rpm.
pub(crate) fn stage_rpm(folder: &Path) -> Result<PathBuf> {
    let staged = folder.join("rpm");
    stage_database(&staged, "rpmdb.sqlite")?;
    Ok(staged)
}

/// Puts a database of rpm below a folder, with the release of a distribution.
fn stage_database(staged: &Path, file: &str) -> Result<()> {
    let fixtures = root().join("crates/sekisho-package/tests/fixtures/rpm");
    let database = staged.join("var/lib/rpm");
    fs::create_dir_all(&database)?;
    fs::create_dir_all(staged.join("etc"))?;
    fs::write(staged.join("etc/os-release"), "ID=\"rhel\"\nVERSION_ID=\"9.4\"\n")?;
    fs::copy(fixtures.join(file), database.join(file))?;
    Ok(())
}

/// Copies what tells of packages out of this machine; false where it has no dpkg.
fn stage_machine(folder: &Path) -> Result<bool> {
    let status = Path::new("/var/lib/dpkg/status");
    if !status.is_file() {
        return Ok(false);
    }
    for path in ["etc/os-release", "var/lib/dpkg/status"] {
        copy(Path::new("/"), Path::new(path), folder)?;
    }
    for below in ["usr/lib/python3/dist-packages", "usr/share/java"] {
        let Ok(entries) = fs::read_dir(Path::new("/").join(below)) else { continue };
        for entry in entries {
            let path = Path::new(below).join(entry?.file_name());
            let is_jar = path.extension().is_some_and(|ending| ending == "jar");
            if is_jar {
                copy(Path::new("/"), &path, folder)?;
            }
            for file in ["METADATA", "PKG-INFO"] {
                copy(Path::new("/"), &path.join(file), folder)?;
            }
        }
    }
    Ok(true)
}

fn copy(from: &Path, path: &Path, to: &Path) -> Result<()> {
    let (source, target) = (from.join(path), to.join(path));
    if source.is_file() {
        fs::create_dir_all(target.parent().context("a path with a folder")?)?;
        fs::copy(&source, &target).with_context(|| format!("cannot copy `{}`", source.display()))?;
    }
    Ok(())
}

/// One outcome a type of package that either finds.
fn compare(name: &str, folder: &Path, syft: &Path) -> Result<Vec<Outcome>> {
    let passed = pass_folder(folder, &Limits::default(), &mut []);
    let contents = merge(&[&passed.layer]).contents;
    let (ours, theirs) = (ours(&contents), theirs(&said(folder, syft)?, &contents));
    let kinds: BTreeSet<&str> = ours.iter().chain(&theirs).map(|row| row.0.as_str()).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &ours {
        *counts.entry(&row.0).or_default() += 1;
    }
    println!("{name}: {counts:?}");
    let outcomes = kinds.into_iter().map(|kind| {
        let only = |one: &BTreeSet<Row>, other: &BTreeSet<Row>| -> Vec<String> {
            let rows = one.difference(other).filter(|row| row.0 == kind);
            rows.take(5).map(|row| format!("{} {}", row.1, row.2)).collect()
        };
        let (more, less) = (only(&ours, &theirs), only(&theirs, &ours));
        let miss = (!more.is_empty() || !less.is_empty())
            .then(|| format!("only here: {}; only syft: {}", more.join(", "), less.join(", ")));
        Outcome { id: format!("{name}/{kind}"), miss }
    });
    Ok(outcomes.collect())
}

fn ours(contents: &Contents) -> BTreeSet<Row> {
    contents.packages.iter().map(row).collect()
}

fn row(package: &Package) -> Row {
    let url = &package.url;
    let name = match url.kind() {
        "golang" | "npm" | "composer" => url.package_name(),
        _ => url.name().to_owned(),
    };
    let version = url.version().unwrap_or_default();
    let version = match url.qualifier("epoch") {
        Some(epoch) => format!("{epoch}:{version}"),
        None => version.to_owned(),
    };
    (url.kind().to_owned(), name, version)
}

fn said(folder: &Path, syft: &Path) -> Result<Value> {
    let output = Command::new(syft)
        .args(["scan", "--quiet", "--override-default-catalogers", "image", "--output", "json"])
        .arg(format!("dir:{}", folder.display()))
        .env("SYFT_CHECK_FOR_APP_UPDATE", "false")
        .output()
        .with_context(|| format!("cannot run `{}`", syft.display()))?;
    ensure!(output.status.success(), "syft failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// What syft says, less what differs by the rules that `docs/accuracy.md` explains.
fn theirs(said: &Value, contents: &Contents) -> BTreeSet<Row> {
    let places = contents.packages.iter().flat_map(|package| &package.places);
    let known: BTreeSet<&str> = places.map(|place| place.path.as_str()).collect();
    let artifacts = said.get("artifacts").and_then(Value::as_array).into_iter().flatten();
    let of_maven: BTreeSet<String> = contents
        .packages
        .iter()
        .filter(|one| one.url.kind() == "maven")
        .map(|one| one.url.name().to_owned())
        .collect();
    artifacts
        .filter_map(|artifact| {
            let text = |key: &str| artifact.get(key).and_then(Value::as_str).unwrap_or_default();
            let (mut name, mut version) = (text("name").to_owned(), text("version").to_owned());
            let kind = match text("type") {
                "go-module" => "golang",
                "rust-crate" => "cargo",
                "java-archive" => "maven",
                "python" => "pypi",
                "portage" => "ebuild",
                // The kernel and its modules are files of a package of the distribution.
                "linux-kernel" | "linux-kernel-module" | "binary" => return None,
                other => other,
            };
            match kind {
                "golang" if version == "(devel)" => version.clear(),
                "golang" if name == "stdlib" => version = version.trim_start_matches("go").to_owned(),
                "pypi" => name = name.to_lowercase().replace('_', "-"),
                "maven" => {
                    let path =
                        artifact.pointer("/locations/0/path").and_then(Value::as_str).unwrap_or_default();
                    let is_guess = version == "UNKNOWN"
                        || (known.contains(path.trim_start_matches('/')) && !of_maven.contains(&name));
                    if is_guess {
                        return None;
                    }
                }
                _ => {}
            }
            Some((kind.to_owned(), name, version))
        })
        // Keys that rpm keeps as packages are no software.
        .filter(|row| row.1 != "gpg-pubkey")
        .collect()
}

/// Where roots are staged.
pub(crate) fn folder() -> PathBuf {
    root().join("target/conformance/packages")
}
