//! One JSON document for programs. Its shape is published as a schema ([`schema`]) and versioned: a field
//! is added within a version; one that changes its meaning or goes away makes a new version.
//!
//! Names are in camelCase, as in Kubernetes' own API. Levels, kinds and states are words; lines and columns
//! count from 1, columns in Unicode code points, and `endColumn` is the column behind the last character.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};

use schemars::JsonSchema;
use sekisho_finding::{
    Coverage, Finding, Fix, Location, Rule, Safety, Severity, SkipReason, Subject, Suppression,
    SuppressionKind,
};
use sekisho_manifest::edit::{Change, Operation};
use sekisho_manifest::{FieldPath, Segment};
use sekisho_risk::Action;
use serde::Serialize;

use super::json_text;
use crate::{Options, Report, Verdict};

/// The version of the shape of `json` and `ndjson`.
pub const SCHEMA_VERSION: u32 = 1;

/// Writes the report.
pub fn write(report: &Report<'_>, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    json_text::pretty(&ReportData::of(report), out)
}

/// The JSON schema (draft 2020-12) of the document.
pub fn schema() -> serde_json::Value {
    let generator = schemars::generate::SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<ReportData<'static>>();
    schema.insert("$id".to_owned(), format!("urn:sekisho:schema:report:{SCHEMA_VERSION}").into());
    schema.to_value()
}

/// The findings of a run, and what it examined.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Sekisho report")]
pub struct ReportData<'a> {
    /// The version of this document's shape.
    pub schema_version: u32,
    /// What wrote it.
    pub tool: ToolData<'a>,
    /// When the run started, as RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<&'a str>,
    /// What the user asked to examine.
    pub targets: &'a [String],
    /// What the run amounts to.
    pub summary: SummaryData,
    /// The findings, worst first; suppressed ones are among them.
    pub findings: Vec<FindingData<'a>>,
    /// What to do first, the action that removes most risk first.
    pub actions: Vec<ActionData<'a>>,
    /// The rules that were evaluated.
    pub rules: Vec<RuleData<'a>>,
    /// What was examined and what was not.
    pub coverage: CoverageData<'a>,
}

/// The program.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Tool")]
pub struct ToolData<'a> {
    /// Its name, `sekisho`.
    pub name: &'static str,
    /// Its version.
    pub version: &'a str,
}

/// What a run amounts to.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Summary")]
pub struct SummaryData {
    /// Whether it passed.
    pub verdict: VerdictWord,
    /// The severity from which findings fail the run; absent: none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_on: Option<SeverityWord>,
    /// Findings that count and reach `failOn`.
    pub failing: usize,
    /// Findings that count.
    pub findings: usize,
    /// Findings that do not count.
    pub suppressed: usize,
    /// Findings that count, by their severity.
    pub by_severity: SeverityCounts,
}

/// How many findings there are of each severity.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are the severities")]
pub struct SeverityCounts {
    pub critical: usize,
    pub high: usize,
    pub medium: usize,
    pub low: usize,
    pub info: usize,
}

/// One result of one rule.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Finding")]
pub struct FindingData<'a> {
    /// The rule's slug.
    pub rule: &'a str,
    /// How bad it is, here.
    pub severity: SeverityWord,
    /// How sure it is, here.
    pub confidence: ConfidenceWord,
    /// Its weight in the ranking.
    pub risk: f64,
    /// What it says.
    pub message: String,
    /// How to mend it, in one sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<&'a str>,
    /// The object it is about.
    pub object: ObjectData<'a>,
    /// The container, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<&'a str>,
    /// Where it stands.
    pub location: LocationData<'a>,
    /// Other places that belong to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<RelatedData<'a>>,
    /// How to mend it by program, where that is possible.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<FixData<'a>>,
    /// Its identity across runs: it does not change when lines move.
    pub fingerprint: String,
    /// Why it does not count, where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<SuppressionData<'a>>,
}

/// A Kubernetes object.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Object")]
pub struct ObjectData<'a> {
    /// The group and version.
    pub api_version: &'a str,
    /// The kind.
    pub kind: &'a str,
    /// The namespace as written in the manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<&'a str>,
    /// The name.
    pub name: &'a str,
}

/// A place in a source.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Location")]
pub struct LocationData<'a> {
    /// The file as the user named it, `-` for standard input.
    pub file: &'a str,
    /// The line of the first character, from 1.
    pub start_line: u32,
    /// The column of the first character, from 1, in code points.
    pub start_column: u32,
    /// The line of the end.
    pub end_line: u32,
    /// The column behind the last character.
    pub end_column: u32,
    /// The field, from the object's root: `spec.containers[0].image`.
    pub field: String,
}

/// Another place that belongs to a finding.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Related")]
pub struct RelatedData<'a> {
    /// Where.
    pub location: LocationData<'a>,
    /// What it has to do with the finding.
    pub message: String,
}

/// A remedy that a program can apply.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Fix")]
pub struct FixData<'a> {
    /// Whether it may be applied unseen.
    pub safety: SafetyWord,
    /// What it does.
    pub description: Cow<'a, str>,
    /// The changes, in order.
    pub edits: Vec<EditData<'a>>,
}

/// A change of one field.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Edit")]
pub struct EditData<'a> {
    /// The file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<&'a str>,
    /// The document of the file, from 0.
    pub document: u32,
    /// The steps to the field from the document's root: keys and indexes.
    pub path: Vec<StepData<'a>>,
    /// What to do.
    pub operation: OperationWord,
    /// The value to set or to append.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<&'a serde_json::Value>,
}

/// One step of a path.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "Step")]
pub enum StepData<'a> {
    /// A key of a mapping.
    Key(&'a str),
    /// An index of a sequence, from 0.
    Index(usize),
}

/// Why a finding does not count.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Suppression")]
pub struct SuppressionData<'a> {
    /// Where that was decided.
    pub kind: SuppressionWord,
    /// The reason that was given.
    pub reason: &'a str,
}

/// One thing to do, and what it takes away.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Action")]
pub struct ActionData<'a> {
    /// What to do.
    pub description: Cow<'a, str>,
    /// The rules whose findings it clears.
    pub rules: Vec<&'a str>,
    /// How many objects it touches.
    pub objects: usize,
    /// How many findings it removes.
    pub findings: usize,
    /// The risk that it removes.
    pub risk: f64,
    /// That risk as a share of the whole, from 0 to 1.
    pub share: f64,
    /// The command that does it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<&'a str>,
    /// Whether the command does it without a person looking.
    pub automatic: bool,
}

/// A rule that was evaluated.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Rule")]
pub struct RuleData<'a> {
    /// The slug.
    pub id: &'a str,
    /// What it finds.
    pub title: &'a str,
    /// How to mend that.
    pub remedy: &'a str,
    /// How bad its findings usually are.
    pub severity: SeverityWord,
    /// How sure its findings usually are.
    pub confidence: ConfidenceWord,
    /// Who wants to see them: `default` or `pedantic`.
    pub persona: &'static str,
    /// The controls it gives evidence for, as `framework/control`.
    pub controls: Vec<&'a str>,
    /// Its cell of the matrix.
    pub cell: CellData,
    /// The address of its manual page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documentation: Option<String>,
}

/// A cell of the matrix of layers and phases.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Cell")]
pub struct CellData {
    /// `cloud`, `cluster`, `container` or `code`.
    pub layer: &'static str,
    /// `develop`, `distribute`, `deploy` or `run`.
    pub phase: &'static str,
    /// `preventive`, `detective` or `responsive`.
    pub mode: &'static str,
}

/// What was examined and what was not.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Coverage")]
pub struct CoverageData<'a> {
    /// Files that were read whole.
    pub files: usize,
    /// Documents in them.
    pub documents: usize,
    /// Kubernetes objects among the documents.
    pub objects: usize,
    /// Rules that were evaluated.
    pub rules: usize,
    /// Inputs that were left out.
    pub skipped: Vec<SkipData<'a>>,
}

/// An input that was not examined.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Skip")]
pub struct SkipData<'a> {
    /// The file.
    pub file: &'a str,
    /// The line, where a part of the file is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Why.
    pub reason: SkipWord,
    /// The same in words.
    pub message: String,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident($schema:literal) from $from:ty { $($pattern:pat => $word:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
        #[schemars(rename = $schema)]
        #[expect(missing_docs, reason = "the variants are the words themselves")]
        pub enum $name { $(#[serde(rename = $text)] $word),+ }

        impl From<$from> for $name {
            fn from(from: $from) -> Self {
                match from { $($pattern => Self::$word),+ }
            }
        }
    };
}

words! {
    /// How bad.
    SeverityWord("Severity") from Severity {
        Severity::Critical => Critical = "critical", Severity::High => High = "high",
        Severity::Medium => Medium = "medium", Severity::Low => Low = "low", Severity::Info => Info = "info",
    }
}
words! {
    /// How sure.
    ConfidenceWord("Confidence") from sekisho_finding::Confidence {
        sekisho_finding::Confidence::High => High = "high", sekisho_finding::Confidence::Medium => Medium = "medium",
        sekisho_finding::Confidence::Low => Low = "low",
    }
}
words! {
    /// What a run amounts to.
    VerdictWord("Verdict") from Verdict {
        Verdict::Passed => Passed = "passed", Verdict::Failed => Failed = "failed",
        Verdict::Incomplete => Incomplete = "incomplete", Verdict::Nothing => Nothing = "nothing-examined",
    }
}
words! {
    /// Whether a fix may be applied unseen.
    SafetyWord("Safety") from Safety { Safety::Safe => Safe = "safe", Safety::Unsafe => Unsafe = "unsafe" }
}
words! {
    /// What to do with a field.
    OperationWord("Operation") from &Operation {
        Operation::Set(_) => Set = "set", Operation::Remove => Remove = "remove",
        Operation::Append(_) => Append = "append",
    }
}
words! {
    /// Where a suppression was decided.
    SuppressionWord("SuppressionKind") from SuppressionKind {
        SuppressionKind::Inline => Inline = "inline", SuppressionKind::Exception => Exception = "exception",
        SuppressionKind::Baseline => Baseline = "baseline",
    }
}
words! {
    /// Why an input was not examined. `unreadable` makes the run incomplete, the others do not.
    SkipWord("SkipReason") from &SkipReason {
        SkipReason::NotKubernetes => NotKubernetes = "not-kubernetes",
        SkipReason::Link => Link = "link",
        SkipReason::NotRendered(_) => NotRendered = "not-rendered",
        SkipReason::Unreadable(_) => Unreadable = "unreadable",
        _ => Other = "other",
    }
}

impl<'a> ReportData<'a> {
    /// The report as it is written.
    pub fn of(report: &Report<'a>) -> Self {
        let rules = report.rules_by_id();
        Self {
            schema_version: SCHEMA_VERSION,
            tool: ToolData::of(report),
            started_at: report.started,
            targets: report.targets,
            summary: SummaryData::of(report),
            findings: report
                .findings
                .iter()
                .map(|finding| FindingData::of(finding, report, &rules))
                .collect(),
            actions: report.actions.iter().map(|action| ActionData::of(action, report)).collect(),
            rules: report.rules.iter().map(|rule| RuleData::of(rule, report)).collect(),
            coverage: CoverageData::of(report),
        }
    }
}

impl<'a> ToolData<'a> {
    pub(crate) fn of(report: &Report<'a>) -> Self {
        Self { name: "sekisho", version: report.version }
    }
}

impl SummaryData {
    pub(crate) fn of(report: &Report<'_>) -> Self {
        let counts = report.counts();
        Self {
            verdict: report.verdict().into(),
            fail_on: report.fail_on.map(Into::into),
            failing: counts.failing,
            findings: counts.total(),
            suppressed: counts.suppressed,
            by_severity: SeverityCounts {
                critical: counts.of(Severity::Critical),
                high: counts.of(Severity::High),
                medium: counts.of(Severity::Medium),
                low: counts.of(Severity::Low),
                info: counts.of(Severity::Info),
            },
        }
    }
}

impl<'a> FindingData<'a> {
    pub(crate) fn of(finding: &'a Finding, report: &Report<'a>, rules: &HashMap<&str, &'a Rule>) -> Self {
        let rule = rules.get(finding.rule.as_ref()).copied();
        Self {
            rule: &finding.rule,
            severity: finding.severity.into(),
            confidence: finding.confidence.into(),
            risk: finding.risk,
            message: report.catalogue.message(&finding.message),
            remedy: rule.map(|rule| report.catalogue.remedy(rule)),
            object: ObjectData::of(&finding.subject),
            container: finding.subject.container.as_deref(),
            location: LocationData::of(&finding.location),
            related: finding
                .related
                .iter()
                .map(|related| RelatedData {
                    location: LocationData::of(&related.location),
                    message: report.catalogue.message(&related.message),
                })
                .collect(),
            fix: finding.fix.as_ref().map(|fix| FixData::of(fix, report)),
            fingerprint: finding.fingerprint.to_string(),
            suppressed: finding.suppressed.as_ref().map(SuppressionData::of),
        }
    }
}

impl<'a> ObjectData<'a> {
    fn of(subject: &'a Subject) -> Self {
        let object = &subject.object;
        Self {
            api_version: &object.api_version,
            kind: &object.kind,
            namespace: object.namespace.as_deref(),
            name: &object.name,
        }
    }
}

impl<'a> LocationData<'a> {
    fn of(location: &'a Location) -> Self {
        Self {
            file: &location.file,
            start_line: location.start.line,
            start_column: location.start.column,
            end_line: location.end.line,
            end_column: location.end.column,
            field: location.field.to_string(),
        }
    }
}

impl<'a> FixData<'a> {
    fn of(fix: &'a Fix, report: &Report<'a>) -> Self {
        Self {
            safety: fix.safety.into(),
            description: report.catalogue.fix(&fix.description),
            edits: fix
                .edits
                .iter()
                .map(|edit| {
                    EditData::of(&edit.change, report.source(edit.source).map(|source| source.name.as_str()))
                })
                .collect(),
        }
    }
}

impl<'a> EditData<'a> {
    fn of(change: &'a Change, file: Option<&'a str>) -> Self {
        Self {
            file,
            document: change.document,
            path: steps(&change.path),
            operation: (&change.operation).into(),
            value: match &change.operation {
                Operation::Set(value) | Operation::Append(value) => Some(value),
                Operation::Remove => None,
            },
        }
    }
}

fn steps(path: &FieldPath) -> Vec<StepData<'_>> {
    path.segments()
        .iter()
        .map(|segment| match segment {
            Segment::Key(key) => StepData::Key(key),
            Segment::Index(index) => StepData::Index(*index),
        })
        .collect()
}

impl<'a> SuppressionData<'a> {
    fn of(suppression: &'a Suppression) -> Self {
        Self { kind: suppression.kind.into(), reason: &suppression.reason }
    }
}

impl<'a> ActionData<'a> {
    pub(crate) fn of(action: &'a Action, report: &Report<'a>) -> Self {
        Self {
            description: report.catalogue.action(action, report.rules),
            rules: action.rules.iter().map(AsRef::as_ref).collect(),
            objects: action.objects,
            findings: action.findings,
            risk: action.risk,
            share: action.share,
            command: action.command.as_deref(),
            automatic: action.automatic,
        }
    }
}

impl<'a> RuleData<'a> {
    fn of(rule: &'a Rule, report: &Report<'a>) -> Self {
        Self {
            id: &rule.id,
            title: report.catalogue.title(rule),
            remedy: report.catalogue.remedy(rule),
            severity: rule.severity.into(),
            confidence: rule.confidence.into(),
            persona: rule.persona.as_str(),
            controls: rule.controls.iter().map(AsRef::as_ref).collect(),
            cell: CellData {
                layer: rule.cell.layer.as_str(),
                phase: rule.cell.phase.as_str(),
                mode: rule.cell.mode.as_str(),
            },
            documentation: report.page(&rule.id),
        }
    }
}

impl<'a> CoverageData<'a> {
    pub(crate) fn of(report: &Report<'a>) -> Self {
        let Coverage { files, documents, objects, rules, skipped } = report.coverage;
        Self {
            files: *files,
            documents: *documents,
            objects: *objects,
            rules: *rules,
            skipped: skipped
                .iter()
                .map(|skip| SkipData {
                    file: &skip.path,
                    line: skip.line,
                    reason: (&skip.reason).into(),
                    message: report.catalogue.skip(&skip.reason),
                })
                .collect(),
        }
    }
}
