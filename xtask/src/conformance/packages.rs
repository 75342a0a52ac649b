//! What packages are in root file systems, beside syft: the sets of type, name and version must agree.
//!
//! Differences that are meant are taken out by rules, each explained in `docs/accuracy.md`. Without `--data` the
//! roots are staged: Debian's databases and packages of this machine, rpm's database in its three forms, Alpine's, what
//! npm and pip install, a program of Go (syft itself), a program of Rust with its list of crates, and lock files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use sekisho_contents::{Contents, Package};
use sekisho_package::merge;
use sekisho_registry::{Limits, pass_folder, pass_paths};
use serde_json::Value;

use super::Outcome;
use crate::peer;
use crate::workspace::root;

/// What syft calls the two things that packages are looked for in.
const IMAGE: &str = "image";
const FOLDER: &str = "directory";
/// Packages of the lock files that syft 1.18 does not list: it has no reader for `uv.lock` and `packages.lock.json`, and
/// leaves out what Composer installs for development.
const UNREAD: [(&str, &str); 5] = [
    ("pypi", "anyio"),
    ("pypi", "idna"),
    ("nuget", "Serilog"),
    ("nuget", "Serilog.Sinks.Console"),
    ("composer", "phpunit/phpunit"),
];
/// The project that a lock file is of, which syft lists as a package that it needs.
const PROJECT: (&str, &str) = ("npm", "shop");

/// A type, a name and a version.
type Row = (String, String, String);

/// Compares one root that is given.
pub(crate) fn given(data: &Path, syft: &Path) -> Result<Vec<Outcome>> {
    compare("data", data, IMAGE, syft)
}

/// Stages roots below the folder, and compares each.
pub(crate) fn staged(folder: &Path, syft: &Path) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    let machine = folder.join("debian");
    if stage_machine(&machine)? {
        outcomes.extend(compare("debian", &machine, IMAGE, syft)?);
    }
    let data = root().join("tests/packages");
    outcomes.extend(compare("alpine", &data.join("alpine"), IMAGE, syft)?);
    outcomes.extend(compare("locks", &data.join("locks"), FOLDER, syft)?);
    if let Some(tree) = peer::node_modules()? {
        outcomes.extend(compare("node", &tree, IMAGE, syft)?);
    }
    if let Some(environment) = peer::python_environment()? {
        outcomes.extend(compare("python", &environment, IMAGE, syft)?);
    }
    let programs = folder.join("programs/usr/bin");
    fs::create_dir_all(&programs)?;
    fs::copy(syft, programs.join("syft"))?;
    stage_audited(&programs)?;
    outcomes.extend(compare("programs", &folder.join("programs"), IMAGE, syft)?);
    for (name, file) in
        [("rpm-berkeley", "Packages"), ("rpm-ndb", "Packages.db"), ("rpm-sqlite", "rpmdb.sqlite")]
    {
        let staged = folder.join(name);
        stage_database(&staged, file)?;
        outcomes.extend(compare(name, &staged, IMAGE, syft)?);
    }
    Ok(outcomes)
}

/// Builds a program of Rust that carries a list of crates as `cargo auditable` leaves it: JSON, deflated, in a section.
fn stage_audited(folder: &Path) -> Result<()> {
    let crates = r#"{"packages":[
        {"name":"shop","version":"0.3.0","source":"local","dependencies":[1,2],"root":true},
        {"name":"serde","version":"1.0.188","source":"crates.io"},
        {"name":"time","version":"0.1.43","source":"crates.io"}]}"#;
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
    packer.write_all(crates.as_bytes())?;
    fs::write(folder.join("audit.z"), packer.finish()?)?;
    fs::write(
        folder.join("shop.rs"),
        "#[used]\n#[unsafe(link_section = \".dep-v0\")]\nstatic LIST: [u8; include_bytes!(\"audit.z\").len()] =\n    \
         *include_bytes!(\"audit.z\");\nfn main() {}\n",
    )?;
    let (source, program) = (folder.join("shop.rs"), folder.join("shop"));
    peer::run("rustc", &["--edition", "2024", &source.to_string_lossy(), "-o", &program.to_string_lossy()])?;
    for file in ["audit.z", "shop.rs"] {
        fs::remove_file(folder.join(file))?;
    }
    Ok(())
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
fn compare(name: &str, folder: &Path, purpose: &str, syft: &Path) -> Result<Vec<Outcome>> {
    let layer = if purpose == IMAGE {
        pass_folder(folder, &Limits::default(), &mut []).layer
    } else {
        pass_paths(folder, &files_below(folder)?, &Limits::default(), &mut []).layer
    };
    let contents = merge(&[&layer]).contents;
    let (mut ours, theirs) = (ours(&contents), theirs(&said(folder, purpose, syft)?, &contents));
    if purpose == FOLDER {
        ours.retain(|row| !UNREAD.contains(&(row.0.as_str(), row.1.as_str())));
    }
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

fn said(folder: &Path, purpose: &str, syft: &Path) -> Result<Value> {
    let output = Command::new(syft)
        .args(["scan", "--quiet", "--override-default-catalogers", purpose, "--output", "json"])
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
            // Texts for people in programs of Windows, such as the launchers that pip carries, are no packages.
            if text("foundBy") == "dotnet-portable-executable-cataloger" {
                return None;
            }
            let kind = match text("type") {
                "go-module" => "golang",
                "rust-crate" => "cargo",
                "java-archive" => "maven",
                "python" => "pypi",
                "portage" => "ebuild",
                "php-composer" => "composer",
                "dart-pub" => "pub",
                "pod" => "cocoapods",
                "dotnet" => "nuget",
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
        .filter(|row| row.1 != "gpg-pubkey" && (row.0.as_str(), row.1.as_str()) != PROJECT)
        .collect()
}

/// The files below a folder, in the order of their paths.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let list = if entry.file_type()?.is_dir() { &mut folders } else { &mut found };
            list.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// Where roots are staged.
pub(crate) fn folder() -> PathBuf {
    root().join("target/conformance/packages")
}
