//! Records → findings, each once, at its place in the file.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use sekisho_finding::fault::LEAKED_CREDENTIAL;
use sekisho_finding::{Confidence, Finding, Fingerprint, Location, Rule, Severity, Subject};
use sekisho_framework::{Cell, Layer, Mode, Phase};
use sekisho_manifest::{FieldPath, ObjectRef, Source, SourceId, Span};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use super::Record;
use super::search::ignored;

/// What was found in one target.
#[derive(Debug)]
pub(crate) struct Found<'f> {
    /// The folder that the paths count from, where it lies on this machine.
    pub(crate) folder: Option<&'f Path>,
    /// The name of an image, which then stands before each path.
    pub(crate) image: Option<&'f str>,
    /// The records, each with its layer and whether a later layer deletes or replaces the file.
    pub(crate) records: Vec<(Record, Option<InLayer>)>,
}

/// Where in an image something lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InLayer {
    /// The layer, as it is shown.
    pub(crate) name: String,
    /// Whether the file is not there any more in the image as a whole.
    pub(crate) is_hidden: bool,
}

/// The rule of the findings, as reports show it.
pub(crate) fn rule() -> Rule {
    let controls = [
        "owasp-2022/K08",
        "owasp-2025/K03",
        "nist-800-190/4.1.4",
        "pci/6",
        "nsa-cisa/secrets-protection",
        "attack/T1552.001",
    ];
    Rule {
        controls: controls.into_iter().map(Cow::Borrowed).collect(),
        cell: Cell::new(Layer::Code, Phase::Develop, Mode::Detective),
        ..LEAKED_CREDENTIAL.rule()
    }
}

impl Found<'_> {
    /// The findings without those in files that are as a package of the distribution brought them, and how many those
    /// are: everybody has the same package.
    pub(crate) fn own(self, sources: &mut Vec<Source>) -> (Vec<Finding>, usize) {
        let (delivered, records) = self.records.into_iter().partition(|(record, _)| record.owner.is_some());
        let left_out = Found { records: delivered, ..self }.findings(&mut Vec::new());
        (Found { records, ..self }.findings(sources), left_out.len())
    }

    /// The findings. Files that they stand in become sources.
    pub(crate) fn findings(&self, sources: &mut Vec<Source>) -> Vec<Finding> {
        let ignored = self.folder.map(ignored).unwrap_or_default();
        let mut findings = Vec::new();
        let mut counts: HashMap<(String, String), usize> = HashMap::new();
        for (at, (record, layer)) in self.records.iter().enumerate() {
            let commit = record.commit.as_ref().map(|commit| commit.id.as_str());
            if ignored.has(commit, &record.path, &record.rule, record.line) {
                continue;
            }
            let before = self.records.get(..at).unwrap_or_default();
            if before.iter().any(|(other, in_layer)| in_layer == layer && record.lies_in(other)) {
                continue;
            }
            let name = self.shown(&record.path);
            let count = counts.entry((record.rule.clone(), name.to_string())).or_default();
            *count += 1;
            let ordinal = count.to_string();
            let Some(location) = self.location(record, &name, sources) else { continue };
            let identity = [
                LEAKED_CREDENTIAL.id,
                &record.rule,
                &name,
                layer.as_ref().map_or("", |layer| &layer.name),
                commit.unwrap_or_default(),
                &ordinal,
            ];
            findings.push(Finding {
                rule: LEAKED_CREDENTIAL.id.into(),
                names: vec![record.rule.as_str().into()],
                severity: severity(record),
                confidence: confidence(record),
                subject: Subject {
                    object: ObjectRef {
                        api_version: "".into(),
                        kind: "File".into(),
                        namespace: None,
                        name: name.clone(),
                    },
                    container: None,
                },
                location,
                secret: true,
                related: Vec::new(),
                message: LEAKED_CREDENTIAL.says(
                    None,
                    vec![
                        ("what", record.what.as_str().into()),
                        ("rule", record.rule.as_str().into()),
                        ("about", about(record, layer.as_ref()).into()),
                    ],
                ),
                fix: None,
                fingerprint: Fingerprint::of(identity),
                value_sets: Vec::new(),
                suppressed: None,
                risk: 0.0,
            });
        }
        findings
    }

    fn shown(&self, path: &str) -> SmolStr {
        match (self.image, self.folder) {
            (Some(image), _) => format_smolstr!("{image}!/{path}"),
            (None, Some(folder)) if folder != Path::new(".") => {
                folder.join(path).to_string_lossy().replace('\\', "/").into()
            }
            _ => path.into(),
        }
    }

    /// The bytes in the file as it lies there, or the file alone.
    fn location(&self, record: &Record, name: &SmolStr, sources: &mut Vec<Source>) -> Option<Location> {
        let known = sources.iter().position(|source| source.name == *name && source.origins().is_none());
        let index = known.unwrap_or_else(|| {
            let folder = self.folder.filter(|_| self.image.is_none() && record.commit.is_none());
            let text = folder.and_then(|folder| std::fs::read_to_string(folder.join(&record.path)).ok());
            sources.push(Source::new(name.clone(), text.unwrap_or_default()));
            sources.len() - 1
        });
        let id = SourceId(u32::try_from(index).ok()?);
        let source = sources.get(index)?;
        let span = record.commit.is_none().then(|| {
            let (start, end) = (u32::try_from(record.start).ok()?, u32::try_from(record.end).ok()?);
            source.text.get(record.start..record.end).map(|_| Span { source: id, start, end })
        });
        let span = span.flatten().unwrap_or(Span { source: id, start: 0, end: 0 });
        let (start, end) = source.range(span);
        Some(Location {
            source: id,
            file: name.clone(),
            span,
            start,
            end,
            field: FieldPath::root(),
            value: None,
        })
    }
}

/// What the tags of its rule say, else high; low where everybody has the same from the distribution.
fn severity(record: &Record) -> Severity {
    if record.owner.is_some() {
        return Severity::Low;
    }
    let said = record.tags.iter().find_map(|tag| tag.strip_prefix("severity:"));
    said.and_then(|word| word.parse().ok()).unwrap_or(Severity::High)
}

/// What the tags of its rule say, else high.
fn confidence(record: &Record) -> Confidence {
    match record.tags.iter().find_map(|tag| tag.strip_prefix("confidence:")) {
        Some("low") => Confidence::Low,
        Some("medium") => Confidence::Medium,
        _ => Confidence::High,
    }
}

/// What stands behind the message: what it looks like, what it was decoded from, where it came with.
fn about(record: &Record, layer: Option<&InLayer>) -> String {
    let mut parts = Vec::new();
    if !record.shown.is_empty() {
        parts.push(record.shown.clone());
    }
    if !record.encodings.is_empty() {
        parts.push(format!("decoded from {}", record.encodings.join(" and ")));
    }
    if layer.is_some() || record.commit.is_some() {
        parts.push(format!("line {}", record.line));
    }
    if let Some(layer) = layer {
        let hidden = if layer.is_hidden { ", though a later layer deletes the file" } else { "" };
        parts.push(format!("layer {}{hidden}", layer.name));
    }
    if let Some(owner) = &record.owner {
        parts.push(format!("as the package {owner} brought the file"));
    }
    if let Some(commit) = &record.commit {
        let short = commit.id.get(..12).unwrap_or(&commit.id);
        parts.push(format!("commit {short} by {} on {}", commit.author, commit.date));
    }
    parts.into_iter().fold(String::new(), |text, part| format!("{text}; {part}"))
}
