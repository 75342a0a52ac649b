//! The shape of the document: one type an object, its documentation the schema's.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use super::words::{
    ConfidenceWord, OperationWord, SafetyWord, SeverityWord, SkipWord, SuppressionWord, VerdictWord,
};

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
    /// Identifiers of what was found, where the rule tells many things apart: of a vulnerability, the one that it is
    /// shown by first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<&'a str>,
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
    /// The sets of values with which it comes about; absent where it does with all there are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub value_sets: Vec<&'a str>,
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
    /// The value that the field was rendered of, where a chart made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<ValueData<'a>>,
}

/// A value that a field was rendered of.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Value")]
pub struct ValueData<'a> {
    /// Its key, from the root of the values: `image.tag`.
    pub key: &'a str,
    /// The file of values that it stands in; absent where it was given on the command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<&'a str>,
    /// The line of its first character in that file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The column of its first character in that file, from 1, in code points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
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
    /// The changes, in order; where a person must make them, those of the object.
    pub edits: Vec<EditData<'a>>,
    /// Whether a person must make it, as in a template.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
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
    /// Layers of images, and root file systems, that were read to their end.
    pub layers: usize,
    /// Packages that advisories were looked up for.
    pub packages: usize,
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
