//! Files that nobody wants, by their digests: lists that the user gives, in the forms that are in use.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use sekisho_finding::fault::DENIED_FILE;
use sekisho_finding::{Finding, Rule};
use sekisho_framework::{Cell, Layer, Mode, Phase};
use sekisho_manifest::{Source, SourceId, Span};
use sekisho_package::{Entry, Observer};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use smol_str::{SmolStr, format_smolstr};

use crate::credentials::InLayer;

/// The digests of files that are denied.
#[derive(Debug)]
pub(crate) struct DenyList {
    /// The name of each, as its list says it.
    names: HashMap<[u8; 32], String>,
    /// The sizes that they have, where every line says it.
    sizes: Option<Vec<u64>>,
    /// Changes with the lists, for results that are kept.
    version: String,
}

/// A file that is denied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Denied {
    /// The file.
    pub(crate) path: String,
    /// What the list calls it.
    name: String,
    /// Its SHA-256.
    digest: String,
}

impl DenyList {
    /// Reads lists. A line is a SHA-256 in hexadecimal digits, with a name behind it, or as ClamAV writes it:
    /// `digest:size:name`. Lines that begin with `#` are comments.
    pub(crate) fn read(paths: &[PathBuf]) -> Result<Option<Self>> {
        if paths.is_empty() {
            return Ok(None);
        }
        let mut version = Sha256::new();
        let (mut names, mut sizes) = (HashMap::new(), Some(Vec::new()));
        for path in paths {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read the list `{}`", path.display()))?;
            if is_yara(path, &text) {
                bail!(
                    "`{}` holds YARA rules, which are not evaluated: give the SHA-256 of the files that they find",
                    path.display()
                );
            }
            version.update(&text);
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
        Ok(Some(Self { names, sizes, version: HEXLOWER.encode(&version.finalize()) }))
    }

    /// Names the lists, for results that are kept.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }
}

/// Whether a list is a file of YARA rules, which others take for such lists.
fn is_yara(path: &Path, text: &str) -> bool {
    let named = path.extension().is_some_and(|ending| ending == "yar" || ending == "yara");
    named || text.lines().any(|line| line.starts_with("rule ") && !line.contains(':'))
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

/// Takes the digests of files while they pass.
pub(crate) struct Hasher<'l> {
    list: &'l DenyList,
    current: Option<(String, Sha256)>,
    found: Vec<Denied>,
}

impl<'l> Hasher<'l> {
    pub(crate) fn new(list: &'l DenyList) -> Self {
        Self { list, current: None, found: Vec::new() }
    }

    /// What was found.
    pub(crate) fn finish(self) -> Vec<Denied> {
        self.found
    }
}

impl Observer for Hasher<'_> {
    fn wants(&mut self, entry: &Entry<'_>) -> bool {
        let is_meant = self.list.sizes.as_ref().is_none_or(|sizes| sizes.binary_search(&entry.size).is_ok());
        self.current = is_meant.then(|| (entry.path.to_owned(), Sha256::new()));
        is_meant
    }

    fn chunk(&mut self, bytes: &[u8]) {
        if let Some((_, digest)) = &mut self.current {
            digest.update(bytes);
        }
    }

    fn end(&mut self, whole: bool) {
        let Some((path, digest)) = self.current.take().filter(|_| whole) else { return };
        let digest: [u8; 32] = digest.finalize().into();
        if let Some(name) = self.list.names.get(&digest) {
            self.found.push(Denied { path, name: name.clone(), digest: HEXLOWER.encode(&digest) });
        }
    }
}

/// The findings about denied files; the files become sources.
pub(crate) fn findings(
    denied: &[(Denied, Option<InLayer>)],
    folder: Option<&Path>,
    image: &str,
    sources: &mut Vec<Source>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (denied, layer) in denied {
        let name: SmolStr = match folder {
            Some(folder) if folder == Path::new(".") => denied.path.as_str().into(),
            Some(folder) => format_smolstr!("{}", folder.join(&denied.path).display()),
            None => format_smolstr!("{image}!/{}", denied.path),
        };
        let Ok(id) = u32::try_from(sources.len()) else { break };
        let source = Source::new(name, "");
        let hidden =
            |layer: &InLayer| if layer.is_hidden { ", though a later layer deletes the file" } else { "" };
        let about = layer
            .as_ref()
            .map_or_else(String::new, |layer| format!("; layer {}{}", layer.name, hidden(layer)));
        let called = if denied.name.is_empty() { String::new() } else { format!(" ({})", denied.name) };
        let arguments = vec![
            ("digest", denied.digest.as_str().into()),
            ("called", called.into()),
            ("about", about.into()),
        ];
        let span = Span { source: SourceId(id), start: 0, end: 0 };
        findings.push(DENIED_FILE.finding(DENIED_FILE.says(None, arguments), &source, span));
        sources.push(source);
    }
    findings
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
