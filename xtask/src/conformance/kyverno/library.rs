//! The tests of Kyverno's policy library: every resource that an expected result lists.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use sekisho_kyverno::Settings;
use sekisho_kyverno::testing::{self, Files, Row, TestFile};
use sekisho_manifest::{Budget, Format, Node, SourceId, decode, load};
use sekisho_policy::kyverno::Standards;
use sekisho_policy::kyverno::cel::CelPolicies;

use super::super::Outcome;

/// Runs every `kyverno-test.yaml` below a folder.
pub(crate) fn run(data: &Path) -> Result<Vec<Outcome>> {
    let mut files = Vec::new();
    collect(data, &mut files)?;
    files.sort();
    let started = Instant::now();
    let settings = Settings { now: now(), ..Settings::default() };
    let others = CelPolicies::new(settings.clone());
    let mut outcomes = Vec::new();
    let mut kinds: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for file in &files {
        let folder = file.parent().unwrap_or(data);
        let disk = Disk { folder };
        let name = folder.strip_prefix(data).unwrap_or(folder).display().to_string();
        let documents = read(file).map_err(anyhow::Error::msg)?;
        let mut number = 0usize;
        for test in documents.iter().filter_map(TestFile::read) {
            let rows = testing::run(&test, &disk, &others, &settings, Some(&Standards));
            let rows = rows.unwrap_or_else(|error| refused(&test, &error));
            for row in rows {
                number += 1;
                let group = name.split('/').next().unwrap_or("").to_owned();
                let counts = kinds.entry(group).or_default();
                counts.1 += 1;
                counts.0 += usize::from(row.miss.is_none());
                let miss = row.miss.map(|miss| {
                    format!("{} {} {}: {}", row.policy, row.rule, row.resource, miss.replace('\n', " "))
                });
                // What is excluded passes under a name of its own, lest a rule that applies no longer hides.
                let excluded = row.found.is_none() && row.expected != "skip";
                let mark = if excluded { "-excluded" } else { "" };
                outcomes.push(Outcome { id: format!("{name}{mark}:{number}"), miss });
            }
        }
    }
    for (group, (passed, all)) in kinds {
        println!("{group}: {passed} of {all}");
    }
    println!("{} tests in {:.2} s", files.len(), started.elapsed().as_secs_f64());
    Ok(outcomes)
}

/// The rows of a test that cannot be run.
fn refused(test: &TestFile, error: &str) -> Vec<Row> {
    let listed = test.results.iter().flat_map(|expected| {
        expected.resources.iter().map(move |resource| Row {
            policy: expected.policy.clone(),
            rule: expected.rule.clone(),
            resource: resource.clone(),
            expected: expected.result.clone(),
            found: None,
            message: String::new(),
            miss: Some(error.to_owned()),
        })
    });
    listed.collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), files)?;
        } else if entry.file_name() == "kyverno-test.yaml" {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// The present time in nanoseconds since 1970.
pub(super) fn now() -> i128 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i128::try_from(since.as_nanos()).unwrap_or(0))
}

/// The documents of a YAML file.
pub(super) fn read(path: &Path) -> Result<Vec<Node>, String> {
    let bytes = fs::read(path).map_err(|error| format!("`{}`: {error}", path.display()))?;
    let text = decode(SourceId(0), &bytes).map_err(|error| format!("`{}`: {error}", path.display()))?;
    let loaded = load(SourceId(0), &text, Format::Yaml, &Budget::default());
    match loaded.errors.first() {
        Some(error) => Err(format!("`{}`: {error}", path.display())),
        None => Ok(loaded
            .documents
            .into_iter()
            .map(|document| document.root)
            .filter(|root| !root.is_null())
            .collect()),
    }
}

/// The files beside a test.
struct Disk<'d> {
    folder: &'d Path,
}

impl Files for Disk<'_> {
    fn documents(&self, path: &str) -> Result<Vec<Node>, String> {
        read(&self.folder.join(path))
    }
}
