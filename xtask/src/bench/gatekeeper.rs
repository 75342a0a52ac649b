//! `cargo xtask bench gatekeeper`: the templates of gatekeeper-library over the rendered charts, beside gator where
//! it is installed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::measure::{Cost, median};
use super::{installed, release_binary};
use crate::workspace::{root, shared};

/// What Pods are expanded of.
const EXPANSION: &str = "apiVersion: expansion.gatekeeper.sh/v1beta1
kind: ExpansionTemplate
metadata: {name: workloads}
spec:
  applyTo:
  - {groups: [apps], kinds: [Deployment, StatefulSet, DaemonSet, ReplicaSet], versions: [v1]}
  - {groups: [batch], kinds: [Job], versions: [v1]}
  templateSource: spec.template
  generatedGVK: {group: '', version: v1, kind: Pod}
";

pub(super) fn run() -> Result<()> {
    let library = env::var_os("GATEKEEPER_LIBRARY")
        .map(PathBuf::from)
        .context("name a checkout of gatekeeper-library in GATEKEEPER_LIBRARY")?;
    let corpus = shared("corpora/bitnami-rendered")
        .context("the corpus is absent: set SEKISHO_SHARED to the folder that holds `corpora/`")?;
    let binary = release_binary()?;
    let (policies, count) = policies(&library)?;
    let (policies, corpus) = (policies.to_string_lossy().into_owned(), corpus.to_string_lossy().into_owned());
    let check = ["policy", "check", "--namespace", "", "--policy", &policies, "--resource", &corpus];
    println!("| what | wall s | CPU s | memory MB |");
    println!("| --- | --- | --- | --- |");
    let ours = median(&binary, &check, 9)?;
    row(&format!("sekisho policy check, {count} constraints, 2,191 objects"), ours);
    let Some(gator) = installed("gator") else {
        println!("gator is not on the search path: not compared");
        return Ok(());
    };
    let theirs = median(&gator, &["test", "--filename", &policies, "--filename", &corpus], 1)?;
    row("gator test, the same", theirs);
    println!("\nCPU: {:.0} times less than gator", theirs.cpu / ours.cpu);
    Ok(())
}

fn row(what: &str, cost: Cost) {
    println!("| {what} | {:.3} | {:.2} | {:.1} |", cost.wall, cost.cpu, cost.memory);
}

/// A file with every template and the first constraint of its samples, and how many there are.
fn policies(library: &Path) -> Result<(PathBuf, usize)> {
    let mut parts = vec![EXPANSION.to_owned()];
    for group in folders(&library.join("library"))? {
        for template in folders(&group)?.into_iter().filter(|folder| folder.join("template.yaml").is_file()) {
            parts.push(fs::read_to_string(template.join("template.yaml"))?);
            let samples = folders(&template.join("samples"))?;
            let mut constraints = samples.iter().map(|sample| sample.join("constraint.yaml"));
            let first = constraints.find(|file| file.is_file()).context("a template has no sample")?;
            parts.push(fs::read_to_string(first)?);
        }
    }
    let folder = root().join("target/bench/gatekeeper");
    fs::create_dir_all(&folder)?;
    let file = folder.join("policies.yaml");
    fs::write(&file, parts.join("\n---\n"))?;
    Ok((file, parts.len() / 2))
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))? {
        found.push(entry?.path());
    }
    found.retain(|path| path.is_dir());
    found.sort();
    Ok(found)
}
