//! Comma-separated values (RFC 4180), for spreadsheets: one row a finding, and one for each input that was
//! not examined, so that filtering cannot make a gap look like a pass.
//!
//! `record` is `finding`, `suppressed`, `skipped` or `unreadable`; `reason` says why a finding is suppressed.
//! Names of columns are those of the JSON format.

use std::io::{self, Write};

use sekisho_finding::{Finding, Skip, SkipReason};

use crate::escape;
use crate::{Options, Report};

const COLUMNS: [&str; 23] = [
    "record",
    "severity",
    "rule",
    "message",
    "file",
    "startLine",
    "startColumn",
    "endLine",
    "endColumn",
    "apiVersion",
    "kind",
    "namespace",
    "name",
    "container",
    "field",
    "confidence",
    "risk",
    "remedy",
    "fix",
    "fingerprint",
    "reason",
    "value",
    "valueSets",
];

/// Writes the report.
pub fn write(report: &Report<'_>, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    row(&COLUMNS.map(str::to_owned), out)?;
    for finding in report.findings {
        row(&of_finding(report, finding), out)?;
    }
    for skip in &report.coverage.skipped {
        row(&of_skip(report, skip), out)?;
    }
    Ok(())
}

fn of_finding(report: &Report<'_>, finding: &Finding) -> [String; COLUMNS.len()] {
    let (location, object) = (&finding.location, &finding.subject.object);
    [
        if finding.suppressed.is_some() { "suppressed" } else { "finding" }.to_owned(),
        finding.severity.to_string(),
        finding.rule.to_string(),
        report.catalogue.message(&finding.message),
        location.file.to_string(),
        location.start.line.to_string(),
        location.start.column.to_string(),
        location.end.line.to_string(),
        location.end.column.to_string(),
        object.api_version.to_string(),
        object.kind.to_string(),
        object.namespace.as_deref().unwrap_or("").to_owned(),
        object.name.to_string(),
        finding.subject.container.as_deref().unwrap_or("").to_owned(),
        location.field.to_string(),
        finding.confidence.to_string(),
        finding.risk.to_string(),
        report.rule(&finding.rule).map_or("", |rule| report.catalogue.remedy(rule)).to_owned(),
        finding
            .fix
            .as_ref()
            .map_or("", |fix| if fix.by_hand { "by-hand" } else { fix.safety.as_str() })
            .to_owned(),
        finding.fingerprint.to_string(),
        finding.suppressed.as_ref().map_or_else(String::new, |suppression| suppression.reason.clone()),
        location.value.as_ref().map_or_else(String::new, |value| value.key.to_string()),
        finding.value_sets.join(" "),
    ]
}

fn of_skip(report: &Report<'_>, skip: &Skip) -> [String; COLUMNS.len()] {
    let record = match skip.reason {
        SkipReason::Unreadable(_) => "unreadable",
        _ => "skipped",
    };
    let mut fields: [String; COLUMNS.len()] = Default::default();
    let [first, _, _, message, file, line, ..] = &mut fields;
    record.clone_into(first);
    *message = report.catalogue.skip(&skip.reason);
    *file = skip.path.to_string();
    *line = skip.line.map_or_else(String::new, |line| line.to_string());
    fields
}

fn row(fields: &[String; COLUMNS.len()], out: &mut dyn Write) -> io::Result<()> {
    let fields: Vec<String> = fields.iter().map(|field| escape::csv(field)).collect();
    write!(out, "{}\r\n", fields.join(","))
}
