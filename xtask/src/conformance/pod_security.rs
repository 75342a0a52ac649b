//! The Pods of kubernetes/pod-security-admission: which are refused at which level and version, and in what
//! words.

use std::collections::HashMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use ruzstd::decoding::StreamingDecoder;
use sekisho_manifest::{Budget, Format, Node, SourceId, load};
use sekisho_policy::pod_security::{
    Fault, Found, Level, LevelVersion, Pod, Version, details, evaluate, reasons,
};

use super::Outcome;

/// How large the list of messages may be: it has less than a megabyte.
const MESSAGES: u64 = 64 << 20;

/// What the original says of the Pod of a file: a reason, and a detail.
type Messages = HashMap<String, (String, String)>;

pub(crate) fn run(data: &Path) -> Result<Vec<Outcome>> {
    let mut messages = messages(&data.join("messages.jsonl.zst"))?;
    let mut outcomes = Vec::new();
    for level in [Level::Baseline, Level::Restricted] {
        for version in folders(&data.join(level.as_str()))? {
            let policy = LevelVersion { level, version: Version::parse(&version)? };
            for verdict in ["pass", "fail"] {
                let folder = format!("{level}/{version}/{verdict}");
                for file in folders(&data.join(&folder))? {
                    let path = format!("{folder}/{file}");
                    let text = fs::read_to_string(data.join(&path))
                        .with_context(|| format!("cannot read `{path}`"))?;
                    let wanted = messages.remove(&path);
                    ensure!(wanted.is_some() == (verdict == "fail"), "`{path}` has no message or should not");
                    outcomes.push(Outcome { id: id(&path), miss: miss(policy, &text, wanted.as_ref()) });
                }
            }
        }
    }
    let mut rest: Vec<_> = messages.into_keys().collect();
    rest.sort();
    let absent = |path: String| Outcome { id: id(&path), miss: Some("the file is not there".to_owned()) };
    outcomes.extend(rest.into_iter().map(absent));
    Ok(outcomes)
}

/// Why a Pod is not judged as the original judges it.
fn miss(policy: LevelVersion, text: &str, wanted: Option<&(String, String)>) -> Option<String> {
    let loaded = load(SourceId::default(), text, Format::Yaml, &Budget::default());
    let Some(document) = loaded.documents.first() else {
        return Some("it cannot be read".to_owned());
    };
    let violations = evaluate(policy, &Pod::of(&document.root));
    let (reason, detail) = (reasons(&violations), details(&violations));
    match wanted {
        None if violations.is_empty() => None,
        None => Some(format!("it is refused: {detail}")),
        Some(_) if violations.is_empty() => Some("it passes".to_owned()),
        Some((wanted, _)) if *wanted != reason => Some(format!("the reason is `{reason}`, not `{wanted}`")),
        Some((_, wanted)) if *wanted != detail => Some(format!("the detail is `{detail}`, not `{wanted}`")),
        Some(_) => violations
            .iter()
            .flat_map(|violation| &violation.faults)
            .find(|fault| !stands(&document.root, fault))
            .map(|fault| format!("the field `{}` is not as it says", fault.path)),
    }
}

/// Whether a field at fault holds what is said of it.
fn stands(root: &Node, fault: &Fault) -> bool {
    let node = root.resolve(&fault.path);
    match &fault.found {
        Found::Missing => node.is_none_or(|node| node.is_null() || node.items().is_empty()),
        Found::Present => node.is_some_and(|node| !node.is_null()),
        Found::Bool(value) => node.and_then(Node::as_bool) == Some(*value),
        Found::Int(value) => node.and_then(Node::as_i64) == Some(*value),
        Found::Text(value) => {
            node.is_some_and(|node| node.as_mapping().is_some() || node.as_str() == Some(value))
        }
        Found::Texts(values) => {
            let items = node.map_or(&[][..], Node::items);
            values.iter().all(|value| items.iter().any(|item| item.as_str() == Some(value)))
        }
    }
}

/// `restricted/v1.30/fail/hostports:2` for `restricted/v1.30/fail/hostports2.yaml`.
fn id(path: &str) -> String {
    let stem = path.strip_suffix(".yaml").unwrap_or(path);
    let name = stem.trim_end_matches(|character: char| character.is_ascii_digit());
    match stem.strip_prefix(name) {
        Some(number) if !number.is_empty() => format!("{name}:{number}"),
        _ => stem.to_owned(),
    }
}

/// The names in a folder, sorted.
fn folders(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn messages(path: &Path) -> Result<Messages> {
    let file = fs::File::open(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let mut text = String::new();
    StreamingDecoder::new(file)?.take(MESSAGES).read_to_string(&mut text)?;
    let loaded = load(SourceId::default(), &text, Format::Json, &Budget::default());
    ensure!(loaded.errors.is_empty(), "`{}` has a row that is no JSON", path.display());
    let row = |root: &Node| {
        (root.str("file").to_owned(), (root.str("reason").to_owned(), root.str("detail").to_owned()))
    };
    Ok(loaded.documents.iter().map(|document| row(&document.root)).collect())
}
