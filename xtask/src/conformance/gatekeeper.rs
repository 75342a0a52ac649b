//! The suites of gatekeeper-library: every case in the language that Gatekeeper takes first, and in each
//! language by itself where the template has it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sekisho_manifest::{Budget, Document, Format, Object, SourceId, load};
use sekisho_policy::gatekeeper::Engine;
use sekisho_policy::gatekeeper::suite::{self, CaseOutcome};

use super::Outcome;

/// Runs every `suite.yaml` below `library` of a checkout.
pub(super) fn run(data: &Path) -> Result<Vec<Outcome>> {
    let library = data.join("library");
    let mut suites = Vec::new();
    collect(if library.is_dir() { &library } else { data }, &mut suites)?;
    suites.sort();
    let mut outcomes = Vec::new();
    for (language, engines) in [("rego", [Engine::Rego]), ("cel", [Engine::Cel])] {
        let before = outcomes.len();
        for path in &suites {
            examine(data, path, language, &engines, &mut outcomes)?;
        }
        let rows = outcomes.get(before..).unwrap_or_default();
        let passed = rows.iter().filter(|outcome| outcome.miss.is_none()).count();
        println!("{language}: {passed} of {}", rows.len());
    }
    Ok(outcomes)
}

fn examine(
    data: &Path,
    path: &Path,
    language: &str,
    engines: &[Engine],
    outcomes: &mut Vec<Outcome>,
) -> Result<()> {
    let folder = path.parent().unwrap_or(data);
    let name = folder.strip_prefix(data).unwrap_or(folder).display().to_string();
    let read = |relative: &str| objects(&folder.join(relative)).map_err(|error| format!("{error:#}"));
    for suite in objects(path)?.iter().filter(|object| suite::is_suite(object)) {
        if language == "cel" && !has_cel(suite, &read) {
            continue;
        }
        for row in suite::run(&suite.root, engines, &read) {
            let id = format!("{language}/{name}/{}/{}", row.test, row.case);
            match row.outcome {
                CaseOutcome::Pass => outcomes.push(Outcome { id, miss: None }),
                CaseOutcome::Fail(miss) => outcomes.push(Outcome { id, miss: Some(miss) }),
                CaseOutcome::Skipped => {}
            }
        }
    }
    Ok(())
}

/// Whether the templates of a suite have a rule in CEL.
fn has_cel(suite: &Object, read: &suite::ReadObjects<'_>) -> bool {
    let tests = suite.root.get("tests").map(sekisho_manifest::Node::items).unwrap_or_default();
    tests.iter().any(|test| {
        let templates = read(test.str("template")).unwrap_or_default();
        templates
            .iter()
            .any(|template| template.root.to_json().to_string().contains("\"K8sNativeValidation\""))
    })
}

fn objects(path: &Path) -> Result<Vec<Object>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let loaded = load(SourceId::default(), &text, Format::Yaml, &Budget::default());
    if let Some(error) = loaded.errors.first() {
        anyhow::bail!("`{}`: {error}", path.display());
    }
    Ok(loaded.documents.iter().flat_map(Document::objects).collect())
}

fn collect(folder: &Path, suites: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, suites)?;
        } else if path.file_name().is_some_and(|name| name == "suite.yaml") {
            suites.push(path);
        }
    }
    Ok(())
}
