//! Tests of policies: finds them, in whichever format they are, and runs them.

mod gatekeeper;
mod kubescape;
mod kyverno;
mod own;
mod rego;
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rayon::prelude::*;
use sekisho_manifest::{Budget, Document, Format, Node, Object, SourceId, decode, load};
use serde::Serialize;

use crate::policy::library;

/// What came of one test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TestRow {
    /// The file that the test stands in.
    pub(crate) file: String,
    /// The test, as its format names it.
    pub(crate) test: String,
    /// What came of it.
    pub(crate) result: TestResult,
    /// The line that the test stands in, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) line: Option<u32>,
    /// The column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column: Option<u32>,
    /// Why it fails; empty where it does not.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) message: String,
}

/// What came of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TestResult {
    /// As expected.
    Pass,
    /// Otherwise.
    Fail,
    /// The test says that it is to be left out.
    Skip,
}

/// The tests that were found.
#[derive(Debug, Default)]
struct Found {
    kyverno: Vec<PathBuf>,
    documents: Vec<PathBuf>,
    /// Captures and logs that are named after rules, by their folders.
    named: BTreeMap<PathBuf, Vec<PathBuf>>,
    /// Modules of Rego; those of one target are compiled together.
    rego: Vec<rego::Modules>,
}

/// The names of the policies that tests of these files and folders ask.
pub(crate) fn covered(paths: &[PathBuf]) -> Result<BTreeSet<String>> {
    let found = find(paths)?;
    let mut names = BTreeSet::new();
    for path in &found.kyverno {
        names.extend(kyverno::covered(path));
    }
    for path in &found.documents {
        if may_hold_tests(path) {
            names.extend(gatekeeper::covered(path));
            names.extend(own::covered(path));
            names.extend(rules::covered(path));
        }
    }
    for cases in found.named.values() {
        names.extend(rules::covered_named(cases));
    }
    names.extend(kubescape::covered(paths)?);
    Ok(names)
}

/// Runs every test of these files and folders.
/// Rules of Rego find below `data` what these files and folders hold, and the files named `data` of their own
/// folders.
pub(crate) fn run(paths: &[PathBuf], data: &[PathBuf]) -> Result<Vec<TestRow>> {
    let mut found = find(paths)?;
    let mut rows: Vec<TestRow> = Vec::new();
    rows.extend(parallel(&found.kyverno, kyverno::run));
    rows.extend(parallel(&found.documents, documents));
    let named: Vec<Vec<TestRow>> = found.named.par_iter().map(|(_, cases)| rules::run_named(cases)).collect();
    rows.extend(named.into_iter().flatten());
    let library = library::find(paths)?;
    rows.extend(kubescape::run(&library, data)?);
    for modules in &mut found.rego {
        modules.files.retain(|file| !library.has(file));
        rows.extend(rego::run(modules, data)?);
    }
    Ok(rows)
}

fn find(paths: &[PathBuf]) -> Result<Found> {
    let mut found = Found::default();
    for path in paths {
        let mut modules = Vec::new();
        let metadata = fs::metadata(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        if metadata.is_dir() {
            walk(path, &mut found, &mut modules)?;
        } else {
            note(path, &mut found, &mut modules);
        }
        if !modules.is_empty() {
            found.rego.push(rego::Modules { target: path.clone(), files: modules });
        }
    }
    Ok(found)
}

/// Runs the tests of many files, in the order of the files.
fn parallel(paths: &[PathBuf], run: fn(&Path) -> Vec<TestRow>) -> Vec<TestRow> {
    let rows: Vec<Vec<TestRow>> = paths.par_iter().map(|path| run(path)).collect();
    rows.into_iter().flatten().collect()
}

/// Goes through a folder in the order of names. Hidden folders are looked into: Kyverno keeps its tests there.
fn walk(folder: &Path, found: &mut Found, modules: &mut Vec<PathBuf>) -> Result<()> {
    let read = || format!("cannot read `{}`", folder.display());
    let mut entries: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).with_context(read)? {
        entries.push(entry.with_context(read)?.path());
    }
    entries.sort();
    for path in entries {
        let is_link = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink());
        if is_link || path.file_name() == Some(OsStr::new(".git")) {
            continue;
        }
        if path.is_dir() {
            walk(&path, found, modules)?;
        } else {
            note(&path, found, modules);
        }
    }
    Ok(())
}

fn note(path: &Path, found: &mut Found, modules: &mut Vec<PathBuf>) {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    match path.extension().and_then(OsStr::to_str) {
        Some("yaml" | "yml") if name.starts_with("kyverno-test.") => found.kyverno.push(path.to_owned()),
        Some("yaml" | "yml") => found.documents.push(path.to_owned()),
        Some("rego") => modules.push(path.to_owned()),
        _ if rules::is_named_case(path) => {
            let folder = path.parent().unwrap_or(Path::new(".")).to_owned();
            found.named.entry(folder).or_default().push(path.to_owned());
        }
        _ => {}
    }
}

/// The tests of a file that may hold some: suites of Gatekeeper, and documents of our own format.
fn documents(path: &Path) -> Vec<TestRow> {
    if !may_hold_tests(path) {
        return Vec::new();
    }
    match read_roots(path) {
        Err(problem) => vec![TestRow::failed(path, String::new(), problem)],
        Ok(roots) => {
            let mut rows = gatekeeper::run(path);
            rows.extend(roots.iter().flat_map(|root| own::run(path, root)));
            rows.extend(roots.iter().flat_map(|root| rules::run(path, root)));
            rows
        }
    }
}

/// Whether a file names one of the formats of tests.
fn may_hold_tests(path: &Path) -> bool {
    let Ok(bytes) = fs::read(path) else { return false };
    let has = |wanted: &[u8]| memchr::memmem::find(&bytes, wanted).is_some();
    has(b"test.gatekeeper.sh") || has(b"PolicyTest") || has(b"RuleTest")
}

/// The documents of a file.
pub(super) fn read_roots(path: &Path) -> Result<Vec<Node>, String> {
    let loaded = loaded(path)?;
    Ok(loaded.into_iter().map(|document| document.root).filter(|root| !root.is_null()).collect())
}

/// The objects of a file.
fn read_objects(path: &Path) -> Result<Vec<Object>, String> {
    Ok(loaded(path)?.iter().flat_map(Document::objects).collect())
}

fn loaded(path: &Path) -> Result<Vec<Document>, String> {
    let named = |error: &dyn std::fmt::Display| format!("`{}`: {error}", path.display());
    let budget = Budget::default();
    let metadata = fs::metadata(path).map_err(|error| named(&error))?;
    if metadata.len() > budget.bytes as u64 {
        return Err(named(&format!("larger than {} MiB", budget.bytes >> 20)));
    }
    let bytes = fs::read(path).map_err(|error| named(&error))?;
    let text = decode(SourceId(0), &bytes).map_err(|error| named(&error))?;
    let loaded = load(SourceId(0), &text, Format::Detect, &budget);
    match loaded.errors.first() {
        Some(error) => Err(named(error)),
        None => Ok(loaded.documents),
    }
}

impl TestRow {
    fn new(path: &Path, test: String, outcome: Result<(), String>) -> Self {
        match outcome {
            Ok(()) => Self {
                file: path.display().to_string(),
                test,
                result: TestResult::Pass,
                line: None,
                column: None,
                message: String::new(),
            },
            Err(message) => Self::failed(path, test, message),
        }
    }

    fn failed(path: &Path, test: String, message: String) -> Self {
        let file = path.display().to_string();
        Self { file, test, result: TestResult::Fail, line: None, column: None, message }
    }

    fn skipped(path: &Path, test: String) -> Self {
        let file = path.display().to_string();
        let message = String::new();
        Self { file, test, result: TestResult::Skip, line: None, column: None, message }
    }

    /// At a place of its file.
    fn at(self, line: u32, column: u32) -> Self {
        Self { line: Some(line), column: Some(column), ..self }
    }
}
