//! The tests that Kubescape's rules have beside them: folders with objects, settings, and what is expected.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rayon::prelude::*;
use sekisho_manifest::Node;
use sekisho_policy::kubescape::Rule;
use sekisho_policy::kubescape::testing::{self, Test};

use super::TestRow;
use crate::policy::library::{self, Folders, document, text};

/// Runs the tests of every rule of these folders, with the settings of their library and those of `data`.
pub(super) fn run(folders: &Folders, data: &[PathBuf]) -> Result<Vec<TestRow>> {
    let settings = folders.inputs(data)?.posture_control;
    let rows: Vec<Vec<TestRow>> =
        folders.rules.par_iter().map(|folder| of_rule(folder, settings.as_ref())).collect();
    Ok(rows.into_iter().flatten().collect())
}

/// The rules that have tests.
pub(super) fn covered(paths: &[PathBuf]) -> Result<Vec<String>> {
    let folders = library::find(paths)?;
    let tested = folders.rules.iter().filter(|folder| folder.join("test").is_dir());
    Ok(tested.map(|folder| name_of(folder)).collect())
}

fn of_rule(folder: &Path, settings: Option<&Node>) -> Vec<TestRow> {
    let compile = |file: &str| -> Result<Rule> {
        let module = folder.join(file);
        let metadata = document(&folder.join("rule.metadata.json"))?;
        Ok(Rule::compile(&module.display().to_string(), &text(&module)?, &metadata)?)
    };
    let (rule, filter) = (compile("raw.rego"), compile("filter.rego"));
    let run = |test: &Path| -> Result<(), String> {
        let words = |error: &anyhow::Error| format!("{error:#}");
        examine(rule.as_ref().map_err(words)?, test, settings, "expected.json")?;
        if test.join("expected-filter.json").is_file() {
            examine(filter.as_ref().map_err(words)?, test, settings, "expected-filter.json")?;
        }
        Ok(())
    };
    let tests = entries(&folder.join("test")).unwrap_or_default();
    let tests = tests.into_iter().filter(|test| test.join("expected.json").is_file());
    let name = name_of(folder);
    tests
        .map(|test| TestRow::new(&folder.join("raw.rego"), format!("{name} {}", name_of(&test)), run(&test)))
        .collect()
}

fn examine(rule: &Rule, test: &Path, settings: Option<&Node>, expected: &str) -> Result<(), String> {
    let words = |error: anyhow::Error| format!("{error:#}");
    let mut objects = Vec::new();
    // Where there is no folder of objects, there are none.
    for file in entries(&test.join("input")).unwrap_or_default().into_iter().filter(|file| file.is_file()) {
        objects.push(document(&file).map_err(words)?);
    }
    let data = test.join("data.json");
    let data = if data.is_file() { Some(document(&data).map_err(words)?) } else { None };
    let expected = text(&test.join(expected)).map_err(words)?;
    let expected = serde_json::from_str(&expected).map_err(|error| error.to_string())?;
    testing::run(rule, &Test { objects: &objects, settings, data: data.as_ref(), expected: &expected })
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let read = || format!("cannot read `{}`", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(read)? {
        found.push(entry.with_context(read)?.path());
    }
    found.sort();
    Ok(found)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
