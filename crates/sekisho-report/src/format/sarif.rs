//! SARIF 2.1.0, for code scanning and for viewers.
//!
//! Regions are exact, in Unicode code points. Paths are relative to the root of the sources, `%SRCROOT%`.
//! The frameworks are taxonomies, and rules point at their controls. Suppressed findings are there, marked
//! as suppressed; fixes are changes of the text; inputs that were not examined are notifications of the invocation, which is not
//! successful when one of them could not be read.
//!
//! The limits of GitHub's code scanning are kept where passing them would have the file rejected: a rule
//! has at most 20 tags.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use sekisho_finding::{
    Confidence, Finding, Fix, Location, Message, Rule, Severity, Skip, SkipReason, Suppression,
    SuppressionKind,
};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::json_text;
use crate::escape::uri_path;
use crate::replacement::Replacements;
use crate::{Options, Report};

/// Tags of a rule, as many as GitHub takes.
const TAGS: usize = 20;
/// The base of relative paths.
const ROOT: &str = "%SRCROOT%";

/// Writes the report.
pub fn write(report: &Report<'_>, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    json_text::pretty(&log(report), out)
}

/// The document; its fields in the order in which a person would look at them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'r, 'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'r, 'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'r, 'a> {
    tool: Value,
    language: &'static str,
    column_kind: &'static str,
    original_uri_base_ids: Value,
    invocations: [Value; 1],
    taxonomies: Vec<Value>,
    results: Results<'r, 'a>,
    properties: Value,
}

/// The results, each made when it is written: there may be hundreds of thousands.
struct Results<'r, 'a> {
    report: &'r Report<'a>,
    places: HashMap<&'a str, usize>,
    replacements: Replacements<'a>,
    most: f64,
}

impl Results<'_, '_> {
    fn result(&self, finding: &Finding) -> Value {
        let report = self.report;
        let object = &finding.subject.object;
        let name = match &object.namespace {
            Some(namespace) => format!("{}/{}/{namespace}/{}", object.api_version, object.kind, object.name),
            None => format!("{}/{}/{}", object.api_version, object.kind, object.name),
        };
        let field = finding.location.field.to_string();
        let mut logical =
            vec![json!({ "name": object.name.as_str(), "fullyQualifiedName": name, "kind": "resource" })];
        if !field.is_empty() {
            logical.push(json!({
                "name": finding.location.field.segments().last().map(step),
                "fullyQualifiedName": format!("{name}#{field}"),
                "kind": "property",
            }));
        }
        let mut place = location(&finding.location);
        if let Some(fields) = place.as_object_mut() {
            fields.insert("logicalLocations".to_owned(), logical.into());
        }
        let related = related(report, finding);
        let mut value = json!({
            "ruleId": finding.rule,
            "level": level(finding.severity),
            "kind": "fail",
            "message": text(report, &finding.message),
            "locations": [place],
            "partialFingerprints": { "sekisho/v1": finding.fingerprint.to_string() },
            "properties": {
                "severity": finding.severity.as_str(),
                "confidence": finding.confidence.as_str(),
                "container": finding.subject.container.as_deref(),
            },
        });
        if !finding.value_sets.is_empty()
            && let Some(properties) = value.get_mut("properties").and_then(Value::as_object_mut)
        {
            let sets: Vec<&str> = finding.value_sets.iter().map(AsRef::as_ref).collect();
            properties.insert("valueSets".to_owned(), sets.into());
        }
        let Some(fields) = value.as_object_mut() else { return value };
        if let Some(index) = self.places.get(finding.rule.as_ref()) {
            fields.insert("ruleIndex".to_owned(), (*index).into());
        }
        if self.most > 0.0 {
            // A number from 0 to 100 in SARIF.
            fields.insert("rank".to_owned(), ((finding.risk / self.most * 1000.0).round() / 10.0).into());
        }
        if !related.is_empty() {
            fields.insert("relatedLocations".to_owned(), related.into());
        }
        if let Some(fix) = finding.fix.as_ref().and_then(|fix| self.fix(fix, &finding.location)) {
            fields.insert("fixes".to_owned(), json!([fix]));
        }
        // An empty list says that the tool knows of suppressions and that this result has none.
        let suppressions: Vec<Value> = finding.suppressed.iter().map(suppression).collect();
        fields.insert("suppressions".to_owned(), suppressions.into());
        value
    }

    /// A fix as a change of the text, where it can be said so.
    fn fix(&self, fix: &Fix, location: &Location) -> Option<Value> {
        // What was rendered of a value is mended in the file of values.
        let first = fix.edits.first()?;
        let value = location.value.as_ref().and_then(|value| value.place.as_deref());
        let location = value.filter(|place| place.source == first.source).unwrap_or(location);
        let change = self.replacements.of(fix, location)?;
        Some(json!({
            "description": { "text": self.report.catalogue.fix(&fix.description) },
            "artifactChanges": [{
                "artifactLocation": artifact(&location.file),
                "replacements": [{
                    "deletedRegion": {
                        "startLine": change.start.line,
                        "startColumn": change.start.column,
                        "endLine": change.end.line,
                        "endColumn": change.end.column,
                    },
                    "insertedContent": { "text": change.text },
                }],
            }],
            "properties": { "safety": fix.safety.as_str() },
        }))
    }
}

impl Serialize for Results<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.report.findings.iter().map(|finding| self.result(finding)))
    }
}

fn log<'r, 'a>(report: &'r Report<'a>) -> Log<'r, 'a> {
    let taxonomies = Taxonomies::new(report.rules);
    let language = report.catalogue.language().as_str();
    let coverage = report.coverage;
    Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: json!({ "driver": {
                "name": "Sekisho",
                "semanticVersion": report.version,
                "version": report.version,
                "language": language,
                "rules": report.rules.iter().map(|entry| rule(report, entry, &taxonomies)).collect::<Vec<_>>(),
                "supportedTaxonomies": taxonomies.references(),
            }}),
            language,
            column_kind: "unicodeCodePoints",
            original_uri_base_ids: json!({
                ROOT: { "description": { "text": "The folder that paths are relative to." } },
            }),
            invocations: [invocation(report)],
            taxonomies: taxonomies.components(),
            results: Results {
                report,
                places: report
                    .rules
                    .iter()
                    .enumerate()
                    .map(|(index, rule)| (rule.id.as_ref(), index))
                    .collect(),
                replacements: Replacements::new(report),
                most: report.findings.iter().map(|finding| finding.risk).fold(0.0, f64::max),
            },
            properties: json!({ "coverage": {
                "files": coverage.files,
                "documents": coverage.documents,
                "objects": coverage.objects,
                "layers": coverage.layers,
                "packages": coverage.packages,
                "rules": coverage.rules,
                "skipped": coverage.skipped.len(),
            }}),
        }],
    }
}

fn rule(report: &Report<'_>, rule: &Rule, taxonomies: &Taxonomies<'_>) -> Value {
    let catalogue = report.catalogue;
    let (title, remedy) = (catalogue.title(rule), catalogue.remedy(rule));
    let manual = if rule.manual.is_empty() { remedy } else { rule.manual.as_ref() };
    let mut tags = vec!["security".to_owned(), "kubernetes".to_owned()];
    tags.extend(rule.controls.iter().map(ToString::to_string));
    tags.truncate(TAGS);
    let mut value = json!({
        "id": rule.id,
        "name": pascal_case(&rule.id),
        "shortDescription": { "text": title },
        "fullDescription": { "text": format!("{title}. {remedy}.") },
        "help": { "text": remedy, "markdown": manual },
        "defaultConfiguration": { "level": level(rule.severity) },
        "relationships": taxonomies.relationships(rule),
        "properties": {
            "tags": tags,
            "precision": match rule.confidence {
                Confidence::High => "very-high",
                Confidence::Medium => "high",
                Confidence::Low => "medium",
            },
            "problem.severity": match rule.severity {
                Severity::Critical | Severity::High => "error",
                Severity::Medium => "warning",
                Severity::Low | Severity::Info => "recommendation",
            },
            "layer": rule.cell.layer.as_str(),
            "phase": rule.cell.phase.as_str(),
            "mode": rule.cell.mode.as_str(),
        },
    });
    if let (Some(page), Some(fields)) = (report.page(&rule.id), value.as_object_mut()) {
        fields.insert("helpUri".to_owned(), page.into());
    }
    // GitHub reads it as a score of CVSS: critical from 9.0, high from 7.0, medium from 4.0.
    let score = match rule.severity {
        Severity::Critical => Some("9.5"),
        Severity::High => Some("8.0"),
        Severity::Medium => Some("5.5"),
        Severity::Low => Some("2.0"),
        Severity::Info => None,
    };
    if let (Some(score), Some(properties)) =
        (score, value.get_mut("properties").and_then(Value::as_object_mut))
    {
        properties.insert("security-severity".to_owned(), score.into());
    }
    value
}

fn suppression(suppression: &Suppression) -> Value {
    json!({
        "kind": match suppression.kind {
            SuppressionKind::Inline => "inSource",
            SuppressionKind::Exception | SuppressionKind::Baseline => "external",
        },
        "status": "accepted",
        "justification": suppression.reason,
    })
}

/// The physical location of a place.
fn location(place: &Location) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": artifact(&place.file),
        "region": {
            "startLine": place.start.line,
            "startColumn": place.start.column,
            "endLine": place.end.line,
            "endColumn": place.end.column,
        },
    }})
}

/// The other places of a finding: the value that its field was rendered of, and those that it names.
fn related(report: &Report<'_>, finding: &Finding) -> Vec<Value> {
    let value = finding.location.value.as_ref().and_then(|value| {
        Some((value.place.as_deref()?, report.catalogue.fill("finding.value", &[("key", &value.key)])))
    });
    let value = value.map(|(place, message)| (place, plain(&message)));
    let named = finding.related.iter().map(|related| (&related.location, text(report, &related.message)));
    let places = value.into_iter().chain(named).enumerate().map(|(index, (place, message))| {
        let mut place = location(place);
        if let Some(fields) = place.as_object_mut() {
            fields.insert("id".to_owned(), (index + 1).into());
            fields.insert("message".to_owned(), message);
        }
        place
    });
    places.collect()
}

/// A file: relative to the root, or as a `file` URI where its path is absolute.
fn artifact(path: &str) -> Value {
    match path.strip_prefix('/') {
        Some(absolute) => json!({ "uri": format!("file:///{}", uri_path(absolute)) }),
        None => json!({ "uri": uri_path(path), "uriBaseId": ROOT }),
    }
}

fn invocation(report: &Report<'_>) -> Value {
    let notifications: Vec<Value> =
        report.coverage.skipped.iter().map(|skip| notification(report, skip)).collect();
    let mut value = json!({
        "executionSuccessful": report.coverage.failures().next().is_none(),
        "toolExecutionNotifications": notifications,
    });
    if let (Some(started), Some(fields)) = (report.started, value.as_object_mut()) {
        fields.insert("startTimeUtc".to_owned(), started.into());
    }
    value
}

fn notification(report: &Report<'_>, skip: &Skip) -> Value {
    let level = match skip.reason {
        SkipReason::Unreadable(_) => "error",
        SkipReason::NotRendered(_) | SkipReason::NotExamined(_) | SkipReason::Unjudged(_) => "warning",
        _ => "note",
    };
    let mut place = json!({ "artifactLocation": artifact(&skip.path) });
    if let (Some(line), Some(fields)) = (skip.line, place.as_object_mut()) {
        fields.insert("region".to_owned(), json!({ "startLine": line }));
    }
    json!({
        "level": level,
        "message": { "text": report.catalogue.skip(&skip.reason) },
        "locations": [{ "physicalLocation": place }],
    })
}

fn text(report: &Report<'_>, message: &Message) -> Value {
    plain(&report.catalogue.message(message))
}

/// A message. SARIF reads `[text](target)` in it as a link and `{0}` as a place to fill.
fn plain(text: &str) -> Value {
    let links = text.contains("](");
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '[' | ']' | '\\' if links => plain.extend(['\\', letter]),
            '{' | '}' => plain.extend([letter, letter]),
            _ => plain.push(letter),
        }
    }
    json!({ "text": plain })
}

fn step(segment: &sekisho_manifest::Segment) -> String {
    match segment {
        sekisho_manifest::Segment::Key(key) => key.to_string(),
        sekisho_manifest::Segment::Index(index) => index.to_string(),
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// `privileged-container` as `PrivilegedContainer`, which SARIF wants of a rule's name.
fn pascal_case(slug: &str) -> String {
    slug.split('-')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters)
        })
        .collect()
}

/// The frameworks of the rules, each with those of its controls that a rule names.
struct Taxonomies<'a> {
    frameworks: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Taxonomies<'a> {
    fn new(rules: &'a [Rule]) -> Self {
        let mut frameworks: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (framework, control) in
            rules.iter().flat_map(|rule| &rule.controls).filter_map(|id| id.split_once('/'))
        {
            frameworks.entry(framework).or_default().push(control);
        }
        for controls in frameworks.values_mut() {
            controls.sort_unstable();
            controls.dedup();
        }
        Self { frameworks }
    }

    fn components(&self) -> Vec<Value> {
        self.frameworks
            .iter()
            .map(|(id, controls)| {
                let framework = sekisho_framework::framework(id);
                let taxa: Vec<Value> = controls
                    .iter()
                    .map(|control| match framework.and_then(|framework| framework.control(control)) {
                        Some(known) => json!({
                            "id": control,
                            "shortDescription": { "text": known.title },
                            "fullDescription": { "text": known.description },
                        }),
                        None => json!({ "id": control }),
                    })
                    .collect();
                match framework {
                    Some(framework) => json!({
                        "name": id,
                        "fullName": framework.name,
                        "version": framework.version,
                        "organization": framework.publisher,
                        "informationUri": framework.url,
                        "isComprehensive": false,
                        "taxa": taxa,
                    }),
                    None => json!({ "name": id, "taxa": taxa }),
                }
            })
            .collect()
    }

    fn references(&self) -> Vec<Value> {
        self.frameworks
            .keys()
            .enumerate()
            .map(|(index, framework)| json!({ "name": framework, "index": index }))
            .collect()
    }

    fn relationships(&self, rule: &Rule) -> Vec<Value> {
        rule.controls
            .iter()
            .filter_map(|id| {
                let (framework, control) = id.split_once('/')?;
                let index = self.frameworks.keys().position(|known| *known == framework)?;
                let place = self.frameworks.get(framework)?.binary_search(&control).ok()?;
                Some(json!({
                    "target": {
                        "id": control,
                        "index": place,
                        "toolComponent": { "name": framework, "index": index },
                    },
                    "kinds": ["relevant"],
                }))
            })
            .collect()
    }
}
