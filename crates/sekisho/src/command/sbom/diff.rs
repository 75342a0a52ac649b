//! `sekisho sbom diff`: what changed between two bills.

use std::cmp::Ordering;
use std::io::{self, Write};

use anyhow::Result;
use sekisho_contents::Package;
use sekisho_sbom::{Changed, Difference, difference};
use serde_json::{Value, json};

use super::subject::{Reading, told};
use crate::arguments::sbom::{DiffArguments, DiffFormat};
use crate::terminal::{self, Status, Terminal};

pub(super) fn run(arguments: DiffArguments, terminal: &Terminal) -> Result<Status> {
    let reading =
        Reading { images: arguments.images.settings(terminal.offline), no_ignore: false, config: None };
    let (before, mut skipped) = reading.read(&arguments.before)?;
    let (after, unread) = reading.read(&arguments.after)?;
    skipped.extend(unread);
    let found = difference(&before.contents, &after.contents);
    terminal::write(arguments.output.as_deref(), |out| match arguments.format {
        DiffFormat::Table => table(&found, out),
        DiffFormat::Json => writeln!(out, "{:#}", document(&found)),
    })?;
    Ok(told(&skipped))
}

fn name(package: &Package) -> String {
    format!("{}/{}", package.url.kind(), package.url.package_name())
}

fn version(package: &Package) -> &str {
    package.url.version().unwrap_or("-")
}

fn table(found: &Difference<'_>, out: &mut dyn Write) -> io::Result<()> {
    for package in &found.removed {
        writeln!(out, "removed     {} {}", name(package), version(package))?;
    }
    for package in &found.added {
        writeln!(out, "added       {} {}", name(package), version(package))?;
    }
    for one in &found.changed {
        let (before, after) = (version(one.before), version(one.after));
        writeln!(out, "{:<11} {} {before} -> {after}", way(one), name(one.after))?;
    }
    writeln!(
        out,
        "{} added, {} removed, {} changed, {} the same",
        found.added.len(),
        found.removed.len(),
        found.changed.len(),
        found.same
    )
}

fn way(one: &Changed<'_>) -> &'static str {
    match one.direction {
        Some(Ordering::Greater) => "upgraded",
        Some(Ordering::Less) => "downgraded",
        Some(Ordering::Equal) | None => "changed",
    }
}

fn document(found: &Difference<'_>) -> Value {
    let urls = |packages: &[&Package]| -> Vec<String> {
        packages.iter().map(|package| package.url.to_string()).collect()
    };
    let changed: Vec<Value> = found
        .changed
        .iter()
        .map(|one| {
            json!({"before": one.before.url.to_string(), "after": one.after.url.to_string(), "way": way(one)})
        })
        .collect();
    json!({
        "added": urls(&found.added), "removed": urls(&found.removed), "changed": changed, "same": found.same,
    })
}
