//! Markdown for the comment of a pull request: verdict, counts, what to do first; the findings folded.
//!
//! A comment holds 65,536 characters, so findings are listed until there is no room, worst first, and then
//! counted. Suppressed findings are counted only.

use std::io::{self, Write};

use sekisho_finding::{Finding, Severity};

use super::{object, outcome, place};
use crate::escape::{markdown, markdown_code};
use crate::text::{grouped, percent};
use crate::{Options, Report, Verdict};

/// Bytes for the list of findings: what GitHub takes, less what stands around the list.
const ROOM: usize = 48_000;
/// Actions.
const ACTIONS: usize = 5;
/// Inputs that were not examined.
const SKIPPED: usize = 20;

/// Writes the report.
pub fn write(report: &Report<'_>, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let catalogue = report.catalogue;
    let sign = match report.verdict() {
        Verdict::Passed => ":white_check_mark:",
        Verdict::Failed => ":x:",
        Verdict::Incomplete | Verdict::Nothing | Verdict::Unjudged => ":warning:",
    };
    writeln!(out, "### {sign} Sekisho: {}\n", markdown(catalogue.ui(report.verdict().key())))?;
    writeln!(out, "{}\n", markdown(&outcome(report)))?;
    counts(report, out)?;
    actions(report, out)?;
    findings(report, out)?;
    coverage(report, out)
}

fn counts(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let counts = report.counts();
    if counts.total() == 0 {
        return Ok(());
    }
    let worst_first = || Severity::ALL.iter().rev().copied();
    for severity in worst_first() {
        write!(out, "| {} ", markdown(report.catalogue.severity(severity)))?;
    }
    writeln!(out, "|")?;
    for _ in worst_first() {
        write!(out, "| ---: ")?;
    }
    writeln!(out, "|")?;
    for severity in worst_first() {
        write!(out, "| {} ", grouped(counts.of(severity)))?;
    }
    writeln!(out, "|\n")
}

fn actions(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let catalogue = report.catalogue;
    if report.actions.is_empty() {
        return Ok(());
    }
    writeln!(out, "**{}**\n", markdown(catalogue.ui("actions.title")))?;
    for action in report.actions.iter().take(ACTIONS) {
        let findings = catalogue.count("findings", action.findings);
        let objects = catalogue.count("objects", action.objects);
        let clears = catalogue.fill("actions.clears", &[("findings", &findings), ("objects", &objects)]);
        write!(
            out,
            "1. **{}** {}: {}",
            markdown(&percent(action.share)),
            markdown(&catalogue.action(action, report.rules)),
            markdown(&clears)
        )?;
        match &action.command {
            Some(command) => writeln!(out, " ({})", markdown_code(command))?,
            None => writeln!(out)?,
        }
    }
    writeln!(out)
}

fn findings(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let catalogue = report.catalogue;
    let all: Vec<&Finding> = report.active().collect();
    let mut room = ROOM;
    let mut left_out = 0;
    for severity in Severity::ALL.iter().rev().copied() {
        let of_severity: Vec<&Finding> =
            all.iter().copied().filter(|finding| finding.severity == severity).collect();
        let mut rows = String::new();
        let mut shown = 0;
        for finding in &of_severity {
            let row = row(report, finding);
            if rows.len() + row.len() > room {
                break;
            }
            rows.push_str(&row);
            shown += 1;
        }
        room = if shown < of_severity.len() { 0 } else { room - rows.len() };
        left_out += of_severity.len() - shown;
        if shown == 0 {
            continue;
        }
        let count = grouped(of_severity.len());
        let heading =
            catalogue.fill("tally", &[("count", &count), ("severity", &catalogue.severity(severity))]);
        let open = if severity == Severity::Critical { " open" } else { "" };
        writeln!(out, "<details{open}><summary><b>{}</b></summary>\n", markdown(&heading))?;
        writeln!(
            out,
            "| {} | {} | {} |",
            markdown(catalogue.ui("column.rule")),
            markdown(catalogue.ui("column.place")),
            markdown(catalogue.ui("column.message"))
        )?;
        writeln!(out, "| --- | --- | --- |")?;
        out.write_all(rows.as_bytes())?;
        writeln!(out, "\n</details>\n")?;
    }
    if left_out > 0 {
        writeln!(out, "{}\n", markdown(&catalogue.count("more.left-out", left_out)))?;
    }
    Ok(())
}

fn row(report: &Report<'_>, finding: &Finding) -> String {
    let catalogue = report.catalogue;
    let rule = markdown_code(&finding.rule);
    let rule = match report.page(&finding.rule) {
        Some(page) => format!("<a href=\"{}\">{rule}</a>", crate::escape::html(&page)),
        None => rule,
    };
    let message = markdown(&catalogue.message(&finding.message));
    let remedy = report.rule(&finding.rule).map_or_else(String::new, |rule| {
        format!("<br>{}: {}", markdown(catalogue.ui("finding.mend")), markdown(catalogue.remedy(rule)))
    });
    format!(
        "| {rule} | {}<br>{} | {message}{remedy} |\n",
        markdown_code(&place(&finding.location)),
        markdown(&object(&finding.subject)),
    )
}

fn coverage(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (catalogue, coverage) = (report.catalogue, report.coverage);
    writeln!(out, "{}", markdown(&super::examined(report)))?;
    if coverage.skipped.is_empty() {
        return Ok(());
    }
    let unread = coverage.failures().count();
    let mut parts = Vec::new();
    if unread > 0 {
        parts.push(catalogue.count("coverage.unreadable", unread));
    }
    if coverage.skipped.len() > unread {
        parts.push(catalogue.count("coverage.skipped", coverage.skipped.len() - unread));
    }
    let open = if unread > 0 { " open" } else { "" };
    let heading = parts.join(catalogue.ui("join"));
    writeln!(out, "\n<details{open}><summary>{}</summary>\n", markdown(&heading))?;
    let failed_first = coverage.failures().chain(
        coverage
            .skipped
            .iter()
            .filter(|skip| !matches!(skip.reason, sekisho_finding::SkipReason::Unreadable(_))),
    );
    for skip in failed_first.take(SKIPPED) {
        let place = skip.line.map_or_else(|| skip.path.to_string(), |line| format!("{}:{line}", skip.path));
        writeln!(out, "- {}: {}", markdown_code(&place), markdown(&catalogue.skip(&skip.reason)))?;
    }
    if coverage.skipped.len() > SKIPPED {
        writeln!(out, "- {}", markdown(&catalogue.count("coverage.more", coverage.skipped.len() - SKIPPED)))?;
    }
    writeln!(out, "\n</details>")
}
