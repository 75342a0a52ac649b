//! What gator says of the corpora: every template of gatekeeper-library with the first constraint of its
//! samples, over one rendered chart at a time, Pods expanded from their workloads.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use sekisho_manifest::{Budget, Document, Format, Object, SourceId, load};
use sekisho_policy::{Kinds, Options, Outcome as Came, PolicySet, Request, Snapshot};

use crate::conformance::Outcome;

/// The expansion template that was given to gator.
const EXPANSION: &str = "
apiVersion: expansion.gatekeeper.sh/v1beta1
kind: ExpansionTemplate
metadata: {name: workloads}
spec:
  applyTo:
  - {groups: [apps], kinds: [Deployment, StatefulSet, DaemonSet, ReplicaSet], versions: [v1]}
  - {groups: [batch], kinds: [Job], versions: [v1]}
  templateSource: spec.template
  generatedGVK: {group: '', version: v1, kind: Pod}
";

/// One refusal: where, by what, of what; then the messages, sorted.
type Key = (String, String, String, String);

/// Compares refusals, file by file.
pub(super) fn run(rows: &str, corpus: &Path, library: &Path) -> Result<Vec<Outcome>> {
    let mut wanted: BTreeMap<Key, Vec<String>> = BTreeMap::new();
    let mut files: Vec<String> = Vec::new();
    let read = load(SourceId::default(), rows, Format::Json, &Budget::default());
    ensure!(read.errors.is_empty(), "the rows cannot be read");
    for row in &read.documents {
        let text = |key: &str| row.root.str(key).to_owned();
        if files.last() != Some(&text("file")) {
            files.push(text("file"));
        }
        let constraint = format!("{}/{} ({})", text("constraintKind"), text("constraint"), text("action"));
        let object = format!("{} {}/{}", text("kind"), text("namespace"), text("name"));
        let key = (text("file"), constraint, object, text("apiVersion"));
        wanted.entry(key).or_default().push(text("message"));
    }
    let policies = policies(library)?;
    let mut names: Vec<PathBuf> =
        fs::read_dir(corpus)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    names.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".yaml") && name.chars().next().is_some_and(|first| first <= 'k')
    });
    let found: Vec<BTreeMap<Key, Vec<String>>> =
        names.iter().map(|path| refusals(&policies, path)).collect::<Result<_>>()?;
    let found: BTreeMap<Key, Vec<String>> = found.into_iter().flatten().collect();
    Ok(compare(wanted, found))
}

fn compare(wanted: BTreeMap<Key, Vec<String>>, mut found: BTreeMap<Key, Vec<String>>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (key, mut messages) in wanted {
        let (file, constraint, object, version) = &key;
        let id = format!("gatekeeper/{file}/{constraint}/{version} {object}");
        messages.sort();
        let mut ours = found.remove(&key).unwrap_or_default();
        ours.sort();
        let miss = if ours == messages {
            None
        } else if ours.len() == messages.len() {
            Some(format!("the messages are {ours:?}, not {messages:?}"))
        } else {
            Some(format!("{} refusals, not {}: {ours:?}, not {messages:?}", ours.len(), messages.len()))
        };
        outcomes.push(Outcome { id, miss });
    }
    for ((file, constraint, object, version), messages) in found {
        let id = format!("gatekeeper/{file}/{constraint}/{version} {object}");
        outcomes.push(Outcome { id, miss: Some(format!("nothing is refused there: {messages:?}")) });
    }
    outcomes
}

fn refusals(policies: &PolicySet, path: &Path) -> Result<BTreeMap<Key, Vec<String>>> {
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let objects = objects(&fs::read_to_string(path)?)?;
    let (kinds, facts) = (Kinds::new(&objects), Snapshot::new(&objects, ""));
    let mut found: BTreeMap<Key, Vec<String>> = BTreeMap::new();
    for object in &objects {
        let request = Request::create(object, &kinds, "");
        for verdict in policies.review(&request, &facts).verdicts {
            if verdict.outcome == Came::Pass {
                continue;
            }
            let constraint = format!("{}/{} (deny)", verdict.rule.kind, verdict.rule.policy);
            let about = format!("{} {}/{}", object.kind, request.namespace, object.name);
            let key = (file.clone(), constraint, about, object.api_version.to_string());
            found.entry(key).or_default().push(verdict.message);
        }
    }
    Ok(found)
}

/// Every template of the library and the first constraint of its samples.
fn policies(library: &Path) -> Result<PolicySet> {
    let mut all = objects(EXPANSION)?;
    for group in folders(&library.join("library"))? {
        for template in folders(&group)? {
            let file = template.join("template.yaml");
            if !file.is_file() {
                continue;
            }
            all.extend(objects(&fs::read_to_string(&file)?)?);
            let samples = folders(&template.join("samples"))?;
            let constraints = samples.iter().map(|sample| sample.join("constraint.yaml"));
            // By their whole paths as texts: `a-b/…` comes before `a/…`.
            let first =
                constraints.filter(|file| file.is_file()).min_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
            let file = first.with_context(|| format!("`{}` has no sample", template.display()))?;
            all.extend(objects(&fs::read_to_string(file)?)?);
        }
    }
    let loaded = sekisho_policy::load(&all, &[], &Options::default());
    for problem in &loaded.problems {
        println!("gatekeeper-library: {problem}");
    }
    Ok(loaded.policies)
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn objects(text: &str) -> Result<Vec<Object>> {
    let loaded = load(SourceId::default(), text, Format::Yaml, &Budget::default());
    if let Some(error) = loaded.errors.first() {
        anyhow::bail!("{error}");
    }
    Ok(loaded.documents.iter().flat_map(Document::objects).collect())
}
