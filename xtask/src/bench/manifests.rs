//! `cargo xtask bench manifests`: every check over the rendered charts, beside Checkov where it is installed.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::measure::{Cost, median};
use super::{installed, release_binary};
use crate::workspace::{root, shared};

pub(super) fn run() -> Result<()> {
    let binary = release_binary()?;
    let corpus = shared("corpora/bitnami-rendered")
        .context("the corpus is absent: set SEKISHO_SHARED to the folder that holds `corpora/`")?;
    let copies = ten_times(&corpus)?;
    let corpus = corpus.to_string_lossy().into_owned();
    let scan = |target: &str| median(&binary, &["scan", target, "--persona", "pedantic"], 9);

    println!("| what | wall s | CPU s | memory MB |");
    println!("| --- | --- | --- | --- |");
    let ours = scan(&corpus)?;
    row("sekisho scan, every check, 2,191 objects", ours);
    let tenfold = scan(&copies)?;
    row("the same ten times over, 21,910 objects", tenfold);
    row("sekisho --version", median(&binary, &["--version"], 21)?);
    let peer = installed("checkov");
    if let Some(checkov) = &peer {
        let arguments = ["--directory", &corpus, "--framework", "kubernetes", "--quiet", "--compact"];
        let theirs = median(checkov, &arguments, 1)?;
        row("checkov, the same files", theirs);
        println!("\nCPU: {:.0} times less than Checkov", theirs.cpu / ours.cpu);
    }
    println!("\nten times the objects: {:.1} times the CPU time", tenfold.cpu / ours.cpu);
    if peer.is_none() {
        println!("Checkov is not on the search path (PyPI: checkov): not compared");
    }
    Ok(())
}

fn row(what: &str, cost: Cost) {
    println!("| {what} | {:.3} | {:.2} | {:.1} |", cost.wall, cost.cpu, cost.memory);
}

/// A folder with ten copies of every file.
fn ten_times(corpus: &Path) -> Result<String> {
    let target = root().join("target/bench/manifests");
    for copy in 0..10 {
        let folder = target.join(copy.to_string());
        fs::create_dir_all(&folder)?;
        for entry in fs::read_dir(corpus)? {
            let path = entry?.path();
            if let Some(name) =
                path.file_name().filter(|_| path.extension().is_some_and(|kind| kind == "yaml"))
            {
                fs::copy(&path, folder.join(name))?;
            }
        }
    }
    Ok(target.to_string_lossy().into_owned())
}
