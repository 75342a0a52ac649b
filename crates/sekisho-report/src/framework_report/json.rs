//! A framework report for programs. Names and versions follow the rules of the JSON report.

use std::io::{self, Write};

use schemars::JsonSchema;
use sekisho_framework::{ControlResult, ControlState, Evidence, Outcome, RuleRun};
use serde::Serialize;

use super::{FrameworkReport, Words};
use crate::Options;
use crate::format::json::{CoverageData, FindingData, ToolData};
use crate::format::json_text;

/// The version of the shape.
const SCHEMA_VERSION: u32 = 1;

/// Writes the report.
pub(super) fn write(report: &FrameworkReport<'_>, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    json_text::pretty(&AssessmentData::of(report), out)
}

/// The JSON schema (draft 2020-12) of a framework report.
pub fn schema() -> serde_json::Value {
    let generator = schemars::generate::SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<AssessmentData<'static>>();
    schema.insert("$id".to_owned(), format!("urn:sekisho:schema:framework-report:{SCHEMA_VERSION}").into());
    schema.to_value()
}

/// What a run shows of each control of a framework.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Sekisho framework report")]
struct AssessmentData<'a> {
    /// The version of this document's shape.
    schema_version: u32,
    /// What wrote it.
    tool: ToolData<'a>,
    /// The date that it is made out for.
    date: &'a str,
    /// What the user asked to examine.
    targets: &'a [String],
    /// The framework.
    framework: FrameworkData,
    /// How many controls are in each state.
    summary: StateCounts,
    /// The controls, in the order of the framework.
    controls: Vec<ControlData<'a>>,
    /// The findings of the rules that answer for a control.
    findings: Vec<FindingData<'a>>,
    /// What was examined and what was not.
    coverage: CoverageData<'a>,
}

/// A published list of controls.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Framework")]
struct FrameworkData {
    /// The slug.
    id: &'static str,
    /// The name.
    name: &'static str,
    /// The edition.
    version: &'static str,
    /// Who publishes it.
    publisher: &'static str,
    /// Where it is found.
    url: &'static str,
}

/// How many controls are in each state.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct StateCounts {
    failed: usize,
    excepted: usize,
    partly_examined: usize,
    passed: usize,
    not_applicable: usize,
    not_examined: usize,
    not_automated: usize,
    manual: usize,
}

/// A control and what can be said of it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Control")]
struct ControlData<'a> {
    /// The identifier, as `framework/control`.
    id: String,
    /// The number as it is shown, with the year where editions renumber.
    number: &'static str,
    /// The section of the framework.
    section: &'a str,
    /// What it asks for.
    title: &'a str,
    /// The same in full.
    description: &'a str,
    /// What can be said of it.
    state: StateWord,
    /// The rules that answer for it.
    rules: Vec<RuleOutcome<'a>>,
    /// What a full answer needs and the run did not see: one of each list.
    missing: Vec<Vec<&'static str>>,
}

/// What a rule did in the run.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RuleOutcome<'a> {
    /// The slug.
    rule: &'a str,
    /// Whether it was evaluated.
    ran: bool,
    /// What it was evaluated over.
    evidence: Vec<&'static str>,
    /// How many things of the kind that it speaks of were there.
    subjects: usize,
    /// Its findings that count.
    findings: usize,
    /// Its findings that are set aside.
    excepted: usize,
}

/// What can be said of a control.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "State")]
enum StateWord {
    /// A rule found a fault.
    Failed,
    /// All faults are set aside by exceptions or a baseline.
    Excepted,
    /// Nothing was found, but a full answer takes more than was examined.
    PartlyExamined,
    /// All that it needs was examined, and nothing was found.
    Passed,
    /// Nothing that it speaks of was there.
    NotApplicable,
    /// Nothing that its rules could read was examined.
    NotExamined,
    /// No rule answers for it.
    NotAutomated,
    /// Only a person can answer it.
    Manual,
}

impl<'a> AssessmentData<'a> {
    fn of(report: &FrameworkReport<'a>) -> Self {
        let rules = report.report.rules_by_id();
        let words = report.words();
        let answering: std::collections::HashSet<&str> =
            report.results.iter().flat_map(|result| &result.rules).map(|rule| rule.rule).collect();
        let framework = report.framework;
        Self {
            schema_version: SCHEMA_VERSION,
            tool: ToolData::of(&report.report),
            date: report.date,
            targets: report.report.targets,
            framework: FrameworkData {
                id: framework.id,
                name: framework.name,
                version: framework.version,
                publisher: framework.publisher,
                url: framework.url,
            },
            summary: StateCounts::of(report),
            controls: report
                .sections()
                .flat_map(|(section, results)| {
                    let title = words.section(section);
                    results.into_iter().map(move |result| (title, result))
                })
                .map(|(section, result)| ControlData::of(section, result, &words))
                .collect(),
            findings: report
                .report
                .findings
                .iter()
                .filter(|finding| answering.contains(finding.rule.as_ref()))
                .map(|finding| FindingData::of(finding, &report.report, &rules))
                .collect(),
            coverage: CoverageData::of(&report.report),
        }
    }
}

impl StateCounts {
    fn of(report: &FrameworkReport<'_>) -> Self {
        Self {
            failed: report.count(ControlState::Failed),
            excepted: report.count(ControlState::Excepted),
            partly_examined: report.count(ControlState::PartlyExamined),
            passed: report.count(ControlState::Passed),
            not_applicable: report.count(ControlState::NotApplicable),
            not_examined: report.count(ControlState::NotExamined),
            not_automated: report.count(ControlState::NotAutomated),
            manual: report.count(ControlState::Manual),
        }
    }
}

impl<'a> ControlData<'a> {
    fn of(section: &'a str, result: &'a ControlResult<'a>, words: &Words<'a>) -> Self {
        Self {
            id: format!("{}/{}", words.framework.id, result.control.id),
            number: result.control.number,
            section,
            title: words.title(result.control),
            description: words.description(result.control),
            state: result.state.into(),
            rules: result.rules.iter().map(|rule| RuleOutcome::of(rule)).collect(),
            missing: result
                .missing
                .iter()
                .map(|need| need.iter().map(|kind| kind.as_str()).collect())
                .collect(),
        }
    }
}

impl<'a> RuleOutcome<'a> {
    fn of(rule: &RuleRun<'a>) -> Self {
        match &rule.outcome {
            Outcome::Ran { evidence, subjects, findings, excepted } => Self {
                rule: rule.rule,
                ran: true,
                evidence: evidence.iter().copied().map(Evidence::as_str).collect(),
                subjects: *subjects,
                findings: *findings,
                excepted: *excepted,
            },
            Outcome::NotRun => Self {
                rule: rule.rule,
                ran: false,
                evidence: Vec::new(),
                subjects: 0,
                findings: 0,
                excepted: 0,
            },
        }
    }
}

impl From<ControlState> for StateWord {
    fn from(state: ControlState) -> Self {
        match state {
            ControlState::Failed => Self::Failed,
            ControlState::Excepted => Self::Excepted,
            ControlState::PartlyExamined => Self::PartlyExamined,
            ControlState::Passed => Self::Passed,
            ControlState::NotApplicable => Self::NotApplicable,
            ControlState::NotExamined => Self::NotExamined,
            ControlState::NotAutomated => Self::NotAutomated,
            ControlState::Manual => Self::Manual,
        }
    }
}
