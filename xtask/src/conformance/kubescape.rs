//! The rules of Kubescape's regolibrary: what each answers to the objects of its tests.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sekisho_manifest::{Budget, Format, Node, SourceId, load};
use sekisho_policy::kubescape::Rule;
use sekisho_policy::kubescape::testing::{self, Test};
use serde_json::Value as Json;

use super::Outcome;

/// Runs every test below `rules` of a checkout.
pub(super) fn run(data: &Path) -> Result<Vec<Outcome>> {
    let settings = document(&data.join("default-config-inputs.json"))?;
    let settings = settings.at(&["settings", "postureControlInputs"]).cloned();
    let mut outcomes = Vec::new();
    for rule in folders(&data.join("rules"))? {
        let name = name_of(&rule);
        let tests = rule.join("test");
        if !tests.is_dir() {
            continue;
        }
        let compiled = compile(&rule, &name, "raw.rego");
        for test in folders(&tests)? {
            let miss = match &compiled {
                Err(error) => Some(error.clone()),
                Ok(compiled) => {
                    examine(compiled, &test, settings.as_ref(), "expected.json").err().or_else(|| {
                        let filtered = test.join("expected-filter.json").is_file();
                        let filter = || {
                            let filter = compile(&rule, &name, "filter.rego")?;
                            examine(&filter, &test, settings.as_ref(), "expected-filter.json")
                        };
                        if filtered { filter().err() } else { None }
                    })
                }
            };
            outcomes.push(Outcome { id: format!("{name}/{}", name_of(&test)), miss });
        }
    }
    Ok(outcomes)
}

fn compile(folder: &Path, name: &str, file: &str) -> Result<Rule, String> {
    let read =
        |path: PathBuf| fs::read_to_string(&path).map_err(|error| format!("`{}`: {error}", path.display()));
    let module = read(folder.join(file))?;
    let metadata = document(&folder.join("rule.metadata.json")).map_err(|error| format!("{error:#}"))?;
    Rule::compile(name, &module, &metadata).map_err(|error| error.to_string())
}

/// Why the answers to a test are not those that it expects.
fn examine(rule: &Rule, folder: &Path, settings: Option<&Node>, expected: &str) -> Result<(), String> {
    let words = |error: anyhow::Error| format!("{error:#}");
    let mut objects = Vec::new();
    // Where there is no folder of objects, there are none.
    for file in files(&folder.join("input")).unwrap_or_default() {
        objects.push(document(&file).map_err(words)?);
    }
    let given = folder.join("data.json");
    let given = if given.is_file() { Some(document(&given).map_err(words)?) } else { None };
    let wanted = fs::read_to_string(folder.join(expected)).map_err(|error| error.to_string())?;
    let wanted: Json = serde_json::from_str(&wanted).map_err(|error| error.to_string())?;
    testing::run(rule, &Test { objects: &objects, settings, data: given.as_ref(), expected: &wanted })
}

fn document(path: &Path) -> Result<Node> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let format =
        if path.extension().is_some_and(|kind| kind == "json") { Format::Json } else { Format::YamlCore };
    let loaded = load(SourceId::default(), &text, format, &Budget::default());
    let first = loaded.documents.into_iter().next();
    first.map(|document| document.root).with_context(|| format!("`{}` holds no document", path.display()))
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    Ok(entries(folder)?.into_iter().filter(|path| path.is_dir()).collect())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    Ok(entries(folder)?.into_iter().filter(|path| path.is_file()).collect())
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
