//! GitLab's SAST report (`artifacts:reports:sast`), for its vulnerability report and security dashboards.
//!
//! After GitLab's published schema, version 15.0.4. Suppressed findings are left out; inputs that could not
//! be examined are messages of the scan, which then counts as failed.

use std::io::{self, Write};

use sekisho_finding::{Finding, Severity};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::gitlab::Fingerprints;
use super::json_text;
use crate::escape;
use crate::{Options, Report};

/// The version of the schema.
const VERSION: &str = "15.0.4";
/// The schema asks for a time; this one says that none was given.
const UNKNOWN_TIME: &str = "1970-01-01T00:00:00";

/// Writes the report.
pub fn write(report: &Report<'_>, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let time = report.started.and_then(|time| time.get(..UNKNOWN_TIME.len())).unwrap_or(UNKNOWN_TIME);
    let program = json!({
        "id": "sekisho",
        "name": "Sekisho",
        "version": report.version,
        "vendor": { "name": "Sekisho" },
    });
    let messages: Vec<Value> = report
        .coverage
        .failures()
        .map(|skip| {
            let reason = report.catalogue.skip(&skip.reason);
            json!({ "level": "warn", "value": format!("{}: {reason}", skip.path) })
        })
        .collect();
    let document = Document {
        version: VERSION,
        scan: json!({
            "type": "sast",
            "status": if messages.is_empty() { "success" } else { "failure" },
            "start_time": time,
            "end_time": time,
            "messages": messages,
            "analyzer": program,
            "scanner": program,
        }),
        vulnerabilities: Vulnerabilities { report },
    };
    json_text::pretty(&document, out)
}

#[derive(Serialize)]
struct Document<'r, 'a> {
    version: &'static str,
    scan: Value,
    vulnerabilities: Vulnerabilities<'r, 'a>,
}

/// The findings, each made when it is written: there may be hundreds of thousands.
struct Vulnerabilities<'r, 'a> {
    report: &'r Report<'a>,
}

impl Serialize for Vulnerabilities<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fingerprints = Fingerprints::default();
        let found = self.report.active().map(|finding| {
            let id = fingerprints.unique(finding.fingerprint);
            vulnerability(self.report, finding, &id)
        });
        serializer.collect_seq(found)
    }
}

fn vulnerability(report: &Report<'_>, finding: &Finding, id: &str) -> Value {
    let catalogue = report.catalogue;
    let rule = report.rule(&finding.rule);
    let mut identifier = json!({
        "type": "sekisho",
        "name": finding.rule,
        "value": finding.rule,
    });
    if let (Some(page), Some(identifier)) = (report.page(&finding.rule), identifier.as_object_mut()) {
        identifier.insert("url".to_owned(), page.into());
    }
    let mut identifiers = vec![identifier];
    for control in rule.map_or(&[][..], |rule| &rule.controls) {
        let (framework, id) = control.split_once('/').unwrap_or(("control", control));
        identifiers.push(json!({ "type": framework, "name": control, "value": id }));
    }
    let title = rule.map_or(finding.rule.as_ref(), |rule| catalogue.title(rule));
    let file = &finding.location.file;
    json!({
        "id": id,
        "name": title.chars().take(255).collect::<String>(),
        // GitLab renders the description as Markdown.
        "description": escape::markdown(&super::message_with_value(report, finding)),
        "severity": match finding.severity {
            Severity::Critical => "Critical",
            Severity::High => "High",
            Severity::Medium => "Medium",
            Severity::Low => "Low",
            Severity::Info => "Info",
        },
        "solution": rule.map_or("", |rule| catalogue.remedy(rule)),
        "identifiers": identifiers,
        "location": {
            "file": file.strip_prefix("./").unwrap_or(file),
            "start_line": finding.location.start.line,
            "end_line": finding.location.end.line,
        },
    })
}
