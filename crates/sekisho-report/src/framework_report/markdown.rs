//! A framework report as Markdown.

use std::io::{self, Write};

use sekisho_framework::{ControlResult, ControlState};

use super::FrameworkReport;
use crate::Options;
use crate::escape::{markdown, markdown_code};
use crate::format::examined;
use crate::text::grouped;

/// Writes the report.
pub(super) fn write(report: &FrameworkReport<'_>, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let (words, catalogue) = (report.words(), report.report.catalogue);
    writeln!(out, "# {}\n\n{}\n", markdown(&report.name()), markdown(&super::text::about(report)))?;
    let column = |key| markdown(catalogue.ui(key));
    writeln!(out, "| {} | {} | |\n| --- | ---: | --- |", column("column.state"), column("column.controls"))?;
    for state in ControlState::ALL {
        writeln!(
            out,
            "| {} | {} | {} |",
            markdown(words.state(state)),
            grouped(report.count(state)),
            markdown(catalogue.ui(super::about_key(state)))
        )?;
    }
    for (section, results) in report.sections() {
        if results.is_empty() {
            continue;
        }
        writeln!(out, "\n## {}\n", markdown(words.section(section)))?;
        writeln!(
            out,
            "| {} | {} | {} | {} |\n| --- | --- | --- | --- |",
            column("column.number"),
            column("column.control"),
            column("column.state"),
            column("column.evidence")
        )?;
        for result in results {
            writeln!(
                out,
                "| {} | {} | {} | {} |",
                markdown(result.control.number),
                markdown(words.title(result.control)),
                markdown(words.state(result.state)),
                evidence(report, result)
            )?;
        }
    }
    writeln!(out, "\n{}", markdown(&examined(&report.report)))?;
    for skip in report.report.coverage.failures() {
        writeln!(out, "- {}: {}", markdown_code(&skip.path), markdown(&catalogue.skip(&skip.reason)))?;
    }
    Ok(())
}

/// What the rules saw, and what is missing.
fn evidence(report: &FrameworkReport<'_>, result: &ControlResult<'_>) -> String {
    let words = report.words();
    let mut lines: Vec<String> = super::telling(result)
        .iter()
        .map(|rule| format!("{} {}", markdown_code(rule.rule), markdown(&words.outcome(rule))))
        .collect();
    let missing = words.missing(result);
    if !missing.is_empty() {
        lines.push(markdown(&missing));
    }
    lines.join("<br>")
}
