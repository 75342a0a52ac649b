//! Every kustomization of the corpora as the real `kubectl kustomize` builds it: the same objects in the same
//! order. What needs the network is left out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, Result};
use sekisho_kustomize::{Files, Options, build, is_kustomization};
use sekisho_manifest::{Budget, Format, SourceId, load};
use serde_json::Value;

use super::Outcome;

/// Compares every kustomization below a folder that the real one builds without network.
pub(super) fn run(data: &Path, kubectl: &Path) -> Result<Vec<Outcome>> {
    let data = &data.canonicalize().with_context(|| format!("cannot read `{}`", data.display()))?;
    let mut folders = Vec::new();
    collect(data, &mut folders)?;
    folders.sort();
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || -> Result<()> {
        while let Some(folder) = folders.get(next.fetch_add(1, Ordering::Relaxed)) {
            let compared = compare(data, folder, kubectl)?;
            if let Ok(mut done) = done.lock() {
                done.push(compared);
            }
        }
        Ok(())
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().map_err(|_| anyhow::anyhow!("a comparison panicked"))?)
    })?;
    let mut compared = done.into_inner().unwrap_or_default();
    compared.sort_by(|one, other| one.id.cmp(&other.id));
    let count = |which: fn(&Verdict) -> bool| compared.iter().filter(|case| which(&case.verdict)).count();
    println!(
        "{} kustomizations: {} built by kubectl without network, {} refused by both, {} built by us alone",
        compared.len(),
        count(|verdict| matches!(verdict, Verdict::Same | Verdict::Differs(_))),
        count(|verdict| matches!(verdict, Verdict::BothRefuse)),
        count(|verdict| matches!(verdict, Verdict::OnlyOurs(_))),
    );
    for case in &compared {
        if let Verdict::OnlyOurs(why) = &case.verdict {
            println!("kubectl refuses {}: {why}", case.id);
        }
    }
    Ok(compared.into_iter().filter_map(Compared::outcome).collect())
}

/// What became of one kustomization.
struct Compared {
    id: String,
    verdict: Verdict,
}

enum Verdict {
    Same,
    Differs(String),
    BothRefuse,
    /// What kubectl says.
    OnlyOurs(String),
}

impl Compared {
    /// The outcome, where kubectl has one.
    fn outcome(self) -> Option<Outcome> {
        match self.verdict {
            Verdict::Same => Some(Outcome { id: self.id, miss: None }),
            Verdict::Differs(miss) => Some(Outcome { id: self.id, miss: Some(miss) }),
            Verdict::BothRefuse | Verdict::OnlyOurs(_) => None,
        }
    }
}

fn collect(folder: &Path, folders: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() && entry.file_name() != ".git" {
            collect(&entry.path(), folders)?;
        } else if is_kustomization(&entry.file_name().to_string_lossy())
            && !folders.contains(&folder.to_owned())
        {
            folders.push(folder.to_owned());
        }
    }
    Ok(())
}

fn compare(data: &Path, folder: &Path, kubectl: &Path) -> Result<Compared> {
    let id = folder.strip_prefix(data).unwrap_or(folder).display().to_string();
    let ours = build(&id, &Disk { root: data.to_owned() }, None, &Options::default());
    let theirs = ask(kubectl, folder)?;
    let verdict = match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => {
            let ours: Vec<Value> = ours.objects.iter().map(sekisho_manifest::Node::to_json).collect();
            match difference(&ours, &theirs) {
                None => Verdict::Same,
                Some(miss) => Verdict::Differs(miss),
            }
        }
        (Err(error), Ok(_)) => Verdict::Differs(error.to_string()),
        (Ok(_), Err(why)) => Verdict::OnlyOurs(why),
        (Err(_), Err(_)) => Verdict::BothRefuse,
    };
    Ok(Compared { id, verdict })
}

/// What the real one builds, or why it does not. Without programs on the path and behind a proxy that is not
/// there, it reaches no other machine.
fn ask(kubectl: &Path, folder: &Path) -> Result<Result<Vec<Value>, String>> {
    let output = Command::new(kubectl)
        .arg("kustomize")
        .arg(folder)
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("PATH", "/nonexistent")
        .env("HTTP_PROXY", "http://127.0.0.1:9")
        .env("HTTPS_PROXY", "http://127.0.0.1:9")
        .output()
        .with_context(|| format!("cannot run `{}`", kubectl.display()))?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        return Ok(Err(message.lines().last().unwrap_or("").chars().take(300).collect()));
    }
    let text = String::from_utf8(output.stdout).context("kubectl printed no UTF-8")?;
    let loaded = load(SourceId(0), &text, Format::Yaml, &Budget::default());
    Ok(Ok(loaded.documents.iter().map(|document| document.root.to_json()).collect()))
}

fn difference(ours: &[Value], theirs: &[Value]) -> Option<String> {
    let name = |value: &Value| format!("{} {}", value["kind"], value["metadata"]["name"]);
    let differs = ours.iter().zip(theirs).find(|(ours, theirs)| ours != theirs);
    if let Some((ours, theirs)) = differs {
        if name(ours) != name(theirs) {
            return Some(format!("{} where kubectl has {}", name(ours), name(theirs)));
        }
        return Some(format!("{} differs at {}", name(ours), place(ours, theirs)));
    }
    (ours.len() != theirs.len()).then(|| format!("{} objects, kubectl has {}", ours.len(), theirs.len()))
}

/// The first field in which two values differ, and the two.
fn place(ours: &Value, theirs: &Value) -> String {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            for key in ours.keys().chain(theirs.keys()) {
                let (one, other) = (ours.get(key), theirs.get(key));
                if one != other {
                    let shown = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
                    return match (one, other) {
                        (Some(one), Some(other)) => format!(".{key}{}", place(one, other)),
                        (one, other) => short(&format!(".{key}: {} for {}", shown(one), shown(other))),
                    };
                }
            }
            String::new()
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let pair = one.iter().zip(other).enumerate().find(|(_, (one, other))| one != other);
            pair.map_or_else(String::new, |(index, (one, other))| format!("[{index}]{}", place(one, other)))
        }
        _ => short(&format!(": {ours} for {theirs}")),
    }
}

fn short(text: &str) -> String {
    text.chars().take(400).collect()
}

/// Files below a folder, of which none may lie elsewhere by way of a link.
struct Disk {
    root: PathBuf,
}

impl Disk {
    fn path(&self, path: &str) -> Option<PathBuf> {
        let whole = self.root.join(path).canonicalize().ok()?;
        whole.starts_with(&self.root).then_some(whole)
    }
}

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        match self.path(path).filter(|path| path.is_file()) {
            Some(path) => fs::read(path).map(Some).map_err(|error| error.to_string()),
            None => Ok(None),
        }
    }

    fn is_folder(&self, path: &str) -> bool {
        self.path(path).is_some_and(|path| path.is_dir())
    }
}
