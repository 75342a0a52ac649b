//! What Kyverno's own program says of real charts: every row, none missing, none too many.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use ruzstd::decoding::StreamingDecoder;
use sekisho_kyverno::policy::{Document, Policy};
use sekisho_kyverno::rule::{NoObjects, Request, RuleResult, Status, World, validate};
use sekisho_kyverno::{NoFacts, Settings};
use sekisho_kyverno::{Value, policy, testing};
use sekisho_manifest::{FieldPath, Node, Object, SourceId};
use sekisho_policy::kyverno::Standards;
use sekisho_policy::kyverno::cel::{self, CelPolicy, NoOutside, Surroundings};
use sekisho_policy::{Asked, Kinds, Views};
use serde::Deserialize;
use smol_str::SmolStr;

use super::super::Outcome;
use super::library::{now, read};

/// The parts: the file of rows, and the folder of the policies.
const PARTS: [(&str, &str); 3] = [
    ("kyverno-best-practices", "best-practices"),
    ("kyverno-pod-security", "pod-security"),
    ("kyverno-pod-security-vpol", "pod-security-vpol"),
];

/// How large a file of rows may be.
const MAX_ROWS: u64 = 64 << 20;

/// What the rows were made without: policies that change, make or ask for something.
const LEFT_OUT: [&str; 11] = [
    "mutate:",
    "generate:",
    "verifyImages:",
    "apiCall:",
    "configMap:",
    "imageRegistry:",
    "globalReference:",
    "resource.",
    "http.",
    "globalContext.",
    "images.",
];

/// The policies of a part, of either group.
#[derive(Default)]
struct Policies {
    classic: Vec<Policy>,
    expressions: Vec<CelPolicy>,
}

#[derive(Debug, Clone, Deserialize)]
struct Row {
    file: String,
    policy: String,
    rule: String,
    #[serde(rename = "apiVersion")]
    api_version: String,
    kind: String,
    namespace: Option<String>,
    name: String,
    result: String,
    message: String,
}

/// What tells rows apart.
type Key = (String, String, String, String);

/// Compares the rows of both parts.
pub(crate) fn run(data: &Path) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    let settings = Settings { now: now(), ..Settings::default() };
    for (name, folder) in PARTS {
        let rows = rows(&data.join(format!("{name}.jsonl.zst")))?;
        let policies = policies(&data.join("../kyverno-policies").join(folder))?;
        outcomes.extend(part(
            name,
            rows,
            &policies,
            &data.join("../../corpora/bitnami-rendered"),
            &settings,
        )?);
    }
    Ok(outcomes)
}

fn part(
    name: &str,
    rows: Vec<Row>,
    policies: &Policies,
    charts: &Path,
    settings: &Settings,
) -> Result<Vec<Outcome>> {
    let mut files: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in rows {
        files.entry(row.file.clone()).or_default().push(row);
    }
    let (mut number, mut spent, mut words, mut all) = (0usize, Duration::ZERO, 0usize, 0usize);
    let mut outcomes = Vec::new();
    for (file, wanted) in files {
        let objects = read(&charts.join(&file)).map_err(anyhow::Error::msg)?;
        let started = Instant::now();
        let mut found = found(&objects, policies, settings);
        spent += started.elapsed();
        for row in wanted {
            number += 1;
            all += 1;
            let key = (row.policy.clone(), row.rule.clone(), object(&row), row.api_version.clone());
            let miss = match found.remove(&key) {
                None => Some("the row is missing".to_owned()),
                Some((status, message)) if status != row.result => {
                    Some(format!("{status} in place of {}: {message}", row.result))
                }
                Some((_, message)) if message == row.message => {
                    words += 1;
                    None
                }
                Some((_, message)) if in_order(&message) == in_order(&row.message) => None,
                Some((_, message)) => Some(format!("the message is `{message}`, not `{}`", row.message)),
            };
            let miss =
                miss.map(|miss| format!("{file} {} {} {}: {miss}", row.policy, row.rule, object(&row)));
            outcomes.push(Outcome { id: format!("{name}:{number}"), miss });
        }
        for ((policy, rule, object, _), (status, message)) in found {
            let miss = Some(format!("{file} {policy} {rule} {object}: a row too many: {status} {message}"));
            outcomes.push(Outcome { id: format!("{name}-too-many"), miss });
        }
    }
    println!("{name}: {words} of {all} word for word, in {:.2} s", spent.as_secs_f64());
    Ok(outcomes)
}

/// The controls that a message of Pod Security names, in an order: behind exclusions Kyverno names them in the
/// order of a Go map, another one each time.
fn in_order(message: &str) -> Vec<&str> {
    let (head, controls) = message.split_once("It violates PodSecurity").unwrap_or((message, ""));
    let controls = controls.strip_suffix(')').unwrap_or(controls);
    let (start, controls) = controls.split_once('(').unwrap_or((controls, ""));
    let mut controls: Vec<&str> = controls.split(")(").collect();
    controls.sort_unstable();
    controls.extend([head, start]);
    controls
}

fn object(row: &Row) -> String {
    format!("{} {}/{}", row.kind, row.namespace.as_deref().unwrap_or(""), row.name)
}

/// What our engine says of the objects of a file.
fn found(objects: &[Node], policies: &Policies, settings: &Settings) -> BTreeMap<Key, (String, String)> {
    let world = World {
        facts: &NoFacts,
        objects: &NoObjects,
        pod_security: Some(&Standards),
        settings,
        exceptions: &[],
        budget: sekisho_kyverno::Budget::default(),
    };
    let mut found = BTreeMap::new();
    for node in objects {
        let value = testing::as_resource(node);
        let text = |path: &[&str]| value.at(path).and_then(Value::as_str).unwrap_or("").to_owned();
        let (kind, version) = (text(&["kind"]), text(&["apiVersion"]));
        let object = format!("{kind} {}/{}", text(&["metadata", "namespace"]), text(&["metadata", "name"]));
        judge(node, policies, settings, &mut |policy, result: RuleResult| {
            let key = (policy.to_owned(), result.rule.to_string(), object.clone(), version.clone());
            found.insert(key, (result.status.as_str().to_owned(), result.message));
        });
        let request = Request::create(value);
        for policy in &policies.classic {
            for result in validate(policy, &request, &world) {
                if result.status == Status::NotExamined {
                    continue;
                }
                let key = (policy.name.to_string(), result.rule.to_string(), object.clone(), version.clone());
                found.insert(key, (result.status.as_str().to_owned(), result.message));
            }
        }
    }
    found
}

/// What the policies of expressions say of an object; what they leave out by their conditions has no row.
fn judge(node: &Node, policies: &Policies, settings: &Settings, say: &mut dyn FnMut(&str, RuleResult)) {
    let value = testing::as_resource(node).to_node();
    let text = |path: &[&str]| SmolStr::new(value.at(path).and_then(Node::as_str).unwrap_or(""));
    let object = Object {
        api_version: text(&["apiVersion"]),
        kind: text(&["kind"]),
        name: text(&["metadata", "name"]),
        namespace: Some(text(&["metadata", "namespace"])),
        root: value.clone(),
        source: SourceId(0),
        document: 0,
        within: FieldPath::root(),
    };
    let request = sekisho_policy::Request::create(&object, &Kinds::default(), "default");
    let views = Views::default();
    let asked = Asked::new(&request, &views);
    let around = Surroundings { outside: &NoOutside, settings };
    for policy in &policies.expressions {
        for result in policy.judge(&asked, &around).results {
            say(policy.name(), result);
        }
    }
}

fn rows(path: &Path) -> Result<Vec<Row>> {
    let file = fs::File::open(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let mut text = String::new();
    StreamingDecoder::new(file)?.take(MAX_ROWS).read_to_string(&mut text)?;
    text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

/// The policies below a folder that need nothing from outside.
fn policies(folder: &Path) -> Result<Policies> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    let mut policies = Policies::default();
    let mut documents = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file)?;
        if LEFT_OUT.iter().any(|word| text.contains(word)) {
            continue;
        }
        for node in read(&file).map_err(anyhow::Error::msg)? {
            if let Some(Document::Policy(policy)) = policy::load(&node).document
                && !policies.classic.iter().any(|known| known.name == policy.name)
            {
                policies.classic.push(*policy);
            }
            documents.push(node);
        }
    }
    let loaded = cel::load(&documents);
    if let Some((_, problem)) = loaded.problems.first() {
        bail!("a policy below `{}` cannot be used: {problem}", folder.display());
    }
    policies.expressions = loaded.policies;
    Ok(policies)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if entry.file_type()?.is_dir() {
            if !name.starts_with('.') {
                collect(&entry.path(), files)?;
            }
        } else if name.ends_with(".yaml") {
            files.push(entry.path());
        }
    }
    Ok(())
}
