//! `cargo xtask bench kyverno`: Kyverno's policies over the rendered charts and the tests of its library, beside
//! Kyverno's own command where it is installed.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::measure::{Cost, median, once};
use super::{installed, release_binary};
use crate::workspace::{root, shared};

/// What marks policies that do not validate, or need something from outside.
const LEFT_OUT: [&str; 7] =
    ["mutate:", "generate:", "verifyImages:", "apiCall:", "configMap:", "imageRegistry:", "globalReference:"];

/// Runs Kyverno once for each file, as it does not take two objects of one name: the program, the files, then
/// the policies.
const EACH: &str = r#"program=$1; folder=$2; shift 2
for file in "$folder"/*.yaml; do "$program" apply "$@" --resource "$file" --policy-report; done"#;

pub(super) fn run() -> Result<()> {
    let binary = release_binary()?;
    let corpus = needed("corpora/bitnami-rendered")?;
    let library = needed("conformance/kyverno-policies")?;
    let (chosen, count) = choose(&library)?;
    let [corpus, library, chosen] = [corpus, library, chosen].map(|path| path.to_string_lossy().into_owned());

    println!("| what | wall s | CPU s | memory MB |");
    println!("| --- | --- | --- | --- |");
    row("sekisho scan, every check, no policy", median(&binary, &["scan", &corpus], 5)?);
    let all = median(&binary, &["scan", &corpus, "--policy", &library], 5)?;
    row("sekisho scan, all of kyverno/policies beside the checks", all);
    let check = median(&binary, &["policy", "check", "--policy", &chosen, "--resource", &corpus], 5)?;
    row(&format!("sekisho policy check, {count} validating policies"), check);
    let tests = median(&binary, &["policy", "test", &library], 5)?;
    row("sekisho policy test, 492 tests of kyverno/policies", tests);
    let Some(kyverno) = peer() else {
        println!(
            "\nKyverno's command is not on the search path and SEKISHO_KYVERNO does not name it: not compared"
        );
        return Ok(());
    };
    let kyverno = kyverno.to_string_lossy().into_owned();
    let theirs = once(Path::new("sh"), &["-c", EACH, "sh", &kyverno, &corpus, &chosen])?;
    row(&format!("kyverno apply, the same {count} policies, a process for each of the 116 files"), theirs);
    let their_tests = once(Path::new(&kyverno), &["test", &library])?;
    row("kyverno test, the same tests", their_tests);
    println!("\nCPU of the policies: {:.0} times less than Kyverno", theirs.cpu / check.cpu);
    println!("CPU of the tests: {:.0} times less than Kyverno", their_tests.cpu / tests.cpu);
    Ok(())
}

fn row(what: &str, cost: Cost) {
    println!("| {what} | {:.3} | {:.2} | {:.1} |", cost.wall, cost.cpu, cost.memory);
}

fn needed(name: &str) -> Result<PathBuf> {
    shared(name)
        .with_context(|| format!("`{name}` is absent: set SEKISHO_SHARED to the folder that holds it"))
}

/// Kyverno's own command.
fn peer() -> Option<PathBuf> {
    let given = env::var_os("SEKISHO_KYVERNO").map(PathBuf::from);
    given.or_else(|| installed("kyverno")).or_else(|| installed("kubectl-kyverno"))
}

/// A folder with the policies of `best-practices` and `pod-security` that validate and need nothing from outside.
fn choose(library: &Path) -> Result<(PathBuf, usize)> {
    let target = root().join("target/bench/kyverno");
    if target.is_dir() {
        fs::remove_dir_all(&target)?;
    }
    fs::create_dir_all(&target)?;
    let mut files = Vec::new();
    for folder in ["best-practices", "pod-security"] {
        collect(&library.join(folder), &mut files)?;
    }
    files.sort();
    let mut names = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file)?;
        let name = file.file_name().map(OsStr::to_owned).unwrap_or_default();
        let is_chosen =
            text.contains("kind: ClusterPolicy") && !LEFT_OUT.iter().any(|word| text.contains(word));
        if is_chosen && !names.contains(&name) {
            fs::write(target.join(&name), text)?;
            names.push(name);
        }
    }
    Ok((target, names.len()))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() && !is_hidden {
            collect(&path, files)?;
        } else if path.extension() == Some(OsStr::new("yaml")) {
            files.push(path);
        }
    }
    Ok(())
}
