//! Reports → the types of the document.

use std::collections::HashMap;

use sekisho_finding::{
    Coverage, Finding, Fix, Location, Rule, Severity, Subject, Suppression, ValueLocation,
};
use sekisho_manifest::edit::{Change, Operation};
use sekisho_manifest::{FieldPath, Segment};
use sekisho_risk::Action;

use super::SCHEMA_VERSION;
use super::shape::{
    ActionData, CellData, CoverageData, EditData, FindingData, FixData, LocationData, ObjectData,
    RelatedData, ReportData, RuleData, SeverityCounts, SkipData, StepData, SummaryData, SuppressionData,
    ToolData, ValueData,
};
use crate::Report;

impl<'a> ReportData<'a> {
    /// The report as it is written.
    pub(crate) fn of(report: &Report<'a>) -> Self {
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
            names: finding.names.iter().map(AsRef::as_ref).collect(),
            value_sets: finding.value_sets.iter().map(AsRef::as_ref).collect(),
            suppressed: finding.suppressed.as_ref().map(SuppressionData::of),
        }
    }
}

impl<'a> ObjectData<'a> {
    pub(crate) fn of(subject: &'a Subject) -> Self {
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
    pub(crate) fn of(location: &'a Location) -> Self {
        Self {
            file: &location.file,
            start_line: location.start.line,
            start_column: location.start.column,
            end_line: location.end.line,
            end_column: location.end.column,
            field: location.field.to_string(),
            value: location.value.as_ref().map(ValueData::of),
        }
    }
}

impl<'a> ValueData<'a> {
    fn of(value: &'a ValueLocation) -> Self {
        let place = value.place.as_deref();
        Self {
            key: &value.key,
            file: place.map(|place| place.file.as_str()),
            line: place.map(|place| place.start.line),
            column: place.map(|place| place.start.column),
        }
    }
}

impl<'a> FixData<'a> {
    pub(crate) fn of(fix: &'a Fix, report: &Report<'a>) -> Self {
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
            by_hand: fix.by_hand,
        }
    }
}

impl<'a> EditData<'a> {
    pub(crate) fn of(change: &'a Change, file: Option<&'a str>) -> Self {
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
    pub(crate) fn of(suppression: &'a Suppression) -> Self {
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
    pub(crate) fn of(rule: &'a Rule, report: &Report<'a>) -> Self {
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
        let Coverage { files, documents, objects, layers, packages, rules, skipped } = report.coverage;
        Self {
            files: *files,
            documents: *documents,
            objects: *objects,
            layers: *layers,
            packages: *packages,
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
