//! Every manifest of the corpora as the real `kubectl` reads it: the same objects with the same values.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use sekisho_manifest::{Budget, Document, Format, SourceId, load};
use serde_json::{Deserializer, Value};

use super::Outcome;

/// Compares every file below a folder.
pub(super) fn run(data: &Path, kubectl: &Path) -> Result<Vec<Outcome>> {
    let mut files = Vec::new();
    collect(data, &mut files)?;
    files.sort();
    let mut outcomes = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
        let ours = read(&text);
        if ours.is_empty() {
            continue;
        }
        let id = file.strip_prefix(data).unwrap_or(&file).display().to_string();
        match ask(kubectl, &file)? {
            Some(theirs) => outcomes.push(Outcome { id, miss: difference(&ours, &theirs) }),
            None => println!("kubectl refuses {id}"),
        }
    }
    Ok(outcomes)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|kind| kind == "yaml" || kind == "yml" || kind == "json") {
            files.push(path);
        }
    }
    Ok(())
}

fn read(text: &str) -> Vec<Value> {
    let loaded = load(SourceId(0), text, Format::Detect, &Budget::default());
    loaded.documents.iter().flat_map(Document::objects).map(|object| object.root.to_json()).collect()
}

/// What `kubectl` makes of a file: an empty merge patch, made locally, prints each object as it was read. None
/// where it refuses the file, for instance a patch whose object has no name.
fn ask(kubectl: &Path, file: &Path) -> Result<Option<Vec<Value>>> {
    let output = Command::new(kubectl)
        .args(["patch", "--local", "--type=merge", "--patch={}", "--output=json", "--filename"])
        .arg(file)
        .env("KUBECONFIG", "/nonexistent")
        .output()
        .with_context(|| format!("cannot run `{}`", kubectl.display()))?;
    if !output.status.success() {
        return Ok(None);
    }
    let objects: Result<Vec<Value>, _> = Deserializer::from_slice(&output.stdout).into_iter().collect();
    Ok(Some(objects.context("kubectl printed no JSON")?))
}

fn difference(ours: &[Value], theirs: &[Value]) -> Option<String> {
    if ours.len() != theirs.len() {
        return Some(format!("{} objects, kubectl has {}", ours.len(), theirs.len()));
    }
    let name = |value: &Value| format!("{} {}", value["kind"], value["metadata"]["name"]);
    ours.iter()
        .zip(theirs)
        .find(|(ours, theirs)| without_nulls((*ours).clone()) != without_nulls((*theirs).clone()))
        .map(|(ours, _)| format!("{} differs", name(ours)))
}

/// A merge patch takes fields away that are null.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key, without_nulls(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}
