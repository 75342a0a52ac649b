//! Annotations of GitHub Actions: workflow commands that the runner reads from the log and shows beside the
//! lines of a pull request.
//!
//! A step shows ten annotations of each level, so the worst come first. Suppressed findings are left out;
//! inputs that could not be examined are warnings. The last line is the verdict, in plain text.

use std::io::{self, Write};

use sekisho_finding::{Finding, Severity};

use crate::escape::{line, workflow_message, workflow_property};
use crate::{Options, Report};

/// Writes the report.
pub fn write(report: &Report<'_>, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    for finding in report.active() {
        annotation(report, finding, out)?;
    }
    for skip in report.coverage.failures() {
        let at = skip.line.map_or_else(String::new, |line| format!(",line={line}"));
        let title = workflow_property(&report.catalogue.count("coverage.unreadable", 1));
        let file = workflow_property(&skip.path);
        let reason = workflow_message(&report.catalogue.skip(&skip.reason));
        writeln!(out, "::warning file={file}{at},title={title}::{reason}")?;
    }
    let word = report.catalogue.ui(report.verdict().key());
    writeln!(out, "{word}: {}", line(&super::outcome(report)))
}

fn annotation(report: &Report<'_>, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let command = match finding.severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "notice",
    };
    let location = &finding.location;
    let (start, end) = (location.start, location.end);
    let file = workflow_property(location.file.strip_prefix("./").unwrap_or(&location.file));
    write!(out, "::{command} file={file},line={},endLine={}", start.line, end.line)?;
    // Columns are taken only together with a single line.
    if start.line == end.line {
        write!(out, ",col={},endColumn={}", start.column, end.column)?;
    }
    let severity = report.catalogue.severity(finding.severity);
    let title = format!("{severity}[{}]", finding.rule);
    let mut message = super::message_with_value(report, finding);
    if let Some(remedy) = report.rule(&finding.rule).map(|rule| report.catalogue.remedy(rule)) {
        message = report.catalogue.fill("finding.with-remedy", &[("message", &message), ("remedy", &remedy)]);
    }
    writeln!(out, ",title={}::{}", workflow_property(&title), workflow_message(&message))
}
