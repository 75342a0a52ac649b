//! Files that nobody wants: by their digests, in the forms of lists that are in use, and by YARA rules.

mod hasher;
mod rules;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use sekisho_finding::fault::DENIED_FILE;
use sekisho_finding::{Finding, Rule, Skip, SkipReason};
use sekisho_framework::{Cell, Layer, Mode, Phase};
use sekisho_manifest::{Source, SourceId, Span};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use smol_str::{SmolStr, format_smolstr};

pub(crate) use self::hasher::Hasher;
use self::rules::{Rules, is_yara};
use crate::credentials::InLayer;
use crate::target::Loaded;

/// The digests of files that are denied, and the rules for them.
#[derive(Debug)]
pub(crate) struct DenyList {
    /// The name of each, as its list says it.
    names: HashMap<[u8; 32], String>,
    /// The sizes that they have, where every line says it.
    sizes: Option<Vec<u64>>,
    /// YARA rules.
    rules: Option<Rules>,
    /// Changes with the lists, for results that are kept.
    version: String,
}

/// A file that is denied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Denied {
    /// The file.
    pub(crate) path: String,
    /// What the list calls it, or the rule; for a file that was not judged, why.
    name: String,
    /// Its SHA-256; empty where it was not judged.
    digest: String,
    /// By what it is denied.
    by: By,
}

/// By what a file is denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum By {
    /// Its digest is on a list.
    Digest,
    /// A rule holds of it.
    Rule,
    /// Nothing: the rules were not held against it.
    Nothing,
}

impl DenyList {
    /// Reads lists, and YARA rules: single files, or all of a folder. A line of a list is a SHA-256 in hexadecimal digits, with a name behind it, or as ClamAV writes it:
    /// `digest:size:name`. Lines that begin with `#` are comments.
    pub(crate) fn read(paths: &[PathBuf]) -> Result<Option<Self>> {
        if paths.is_empty() {
            return Ok(None);
        }
        let mut version = Sha256::new();
        let (mut names, mut sizes) = (HashMap::new(), Some(Vec::new()));
        let mut files = Vec::new();
        for path in &rules::files(paths)? {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read the list `{}`", path.display()))?;
            version.update(&text);
            if is_yara(path, &text) {
                files.push((path.clone(), text));
                continue;
            }
            for (number, line) in (1..).zip(text.lines()) {
                let line = line.trim();
                if line.is_empty() || line.starts_with('#') {
                    continue;
                }
                let (digest, size, name) = parts(line);
                let Some(digest) = bytes(digest) else {
                    bail!(
                        "`{}`, line {number}: it does not begin with a SHA-256 in hexadecimal digits",
                        path.display()
                    );
                };
                match (size, &mut sizes) {
                    (Some(size), Some(sizes)) => sizes.push(size),
                    _ => sizes = None,
                }
                names.insert(digest, name.trim().to_owned());
            }
        }
        if let Some(sizes) = &mut sizes {
            sizes.sort_unstable();
            sizes.dedup();
        }
        let rules = if files.is_empty() { None } else { Some(Rules::read(&files)?) };
        Ok(Some(Self { names, sizes, rules, version: HEXLOWER.encode(&version.finalize()) }))
    }

    /// Names the lists, for results that are kept.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// What of the rules is not done.
    pub(crate) fn notes(&self) -> impl Iterator<Item = Skip> {
        let notes = self.rules.iter().flat_map(Rules::notes);
        notes.map(|(path, note)| skipped(path.display().to_string(), note.clone()))
    }
}

/// The digest of a line, the size of the file, and its name.
fn parts(line: &str) -> (&str, Option<u64>, &str) {
    if let Some((digest, rest)) = line.split_once(':') {
        let (size, name) = rest.split_once(':').unwrap_or((rest, ""));
        return (digest, size.parse().ok(), name);
    }
    let (digest, name) = line.split_once([' ', '\t', ',']).unwrap_or((line, ""));
    (digest, None, name)
}

fn bytes(digest: &str) -> Option<[u8; 32]> {
    HEXLOWER_PERMISSIVE.decode(digest.trim().as_bytes()).ok()?.try_into().ok()
}

/// The findings about denied files; the files become sources.
pub(crate) fn findings(
    denied: &[(Denied, Option<InLayer>)],
    folder: Option<&Path>,
    image: &str,
    loaded: &mut Loaded,
) -> Vec<Finding> {
    let sources = &mut loaded.sources;
    let mut findings = Vec::new();
    for (denied, layer) in denied {
        let name: SmolStr = match folder {
            Some(folder) if folder == Path::new(".") => denied.path.as_str().into(),
            Some(folder) => format_smolstr!("{}", folder.join(&denied.path).display()),
            None => format_smolstr!("{image}!/{}", denied.path),
        };
        if denied.by == By::Nothing {
            loaded.coverage.skipped.push(skipped(name.to_string(), denied.name.clone()));
            continue;
        }
        let Ok(id) = u32::try_from(sources.len()) else { break };
        let source = Source::new(name, "");
        let hidden =
            |layer: &InLayer| if layer.is_hidden { ", though a later layer deletes the file" } else { "" };
        let about = layer
            .as_ref()
            .map_or_else(String::new, |layer| format!("; layer {}{}", layer.name, hidden(layer)));
        let (variant, called) = match denied.by {
            By::Rule => (Some("rule"), denied.name.clone()),
            _ if denied.name.is_empty() => (None, String::new()),
            _ => (None, format!(" ({})", denied.name)),
        };
        let arguments = vec![
            ("digest", denied.digest.as_str().into()),
            ("called", called.into()),
            ("about", about.into()),
        ];
        let span = Span { source: SourceId(id), start: 0, end: 0 };
        findings.push(DENIED_FILE.finding(DENIED_FILE.says(variant, arguments), &source, span));
        sources.push(source);
    }
    findings
}

fn skipped(path: String, reason: String) -> Skip {
    Skip { path: path.into(), line: None, reason: SkipReason::NotExamined(reason) }
}

/// The rule of the findings, as reports show it.
pub(crate) fn rule() -> Rule {
    let controls = ["nist-800-190/4.1.3", "pci/12", "attack/T1525"];
    Rule {
        controls: controls.into_iter().map(Into::into).collect(),
        cell: Cell::new(Layer::Container, Phase::Distribute, Mode::Detective),
        ..DENIED_FILE.rule()
    }
}
