//! A framework report for spreadsheets: one row a control.

use std::io::{self, Write};

use sekisho_framework::{Outcome, RuleRun};

use super::FrameworkReport;
use crate::{Options, escape};

const COLUMNS: [&str; 12] = [
    "framework",
    "version",
    "date",
    "section",
    "control",
    "title",
    "state",
    "findings",
    "excepted",
    "rules",
    "notRun",
    "missing",
];

/// Writes the report.
pub(super) fn write(report: &FrameworkReport<'_>, _options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let words = report.words();
    row(&COLUMNS.map(str::to_owned), out)?;
    for (section, results) in report.sections() {
        for result in results {
            let (ran, not_run): (Vec<&RuleRun<'_>>, Vec<&RuleRun<'_>>) =
                result.rules.iter().partition(|rule| matches!(rule.outcome, Outcome::Ran { .. }));
            let names =
                |rules: &[&RuleRun<'_>]| rules.iter().map(|rule| rule.rule).collect::<Vec<_>>().join(" ");
            let sum = |part: fn(&Outcome) -> usize| ran.iter().map(|rule| part(&rule.outcome)).sum::<usize>();
            let missing: Vec<String> = result.missing.iter().map(|need| words.need(need)).collect();
            row(
                &[
                    report.framework.id.to_owned(),
                    report.framework.version.to_owned(),
                    report.date.to_owned(),
                    words.section(section).to_owned(),
                    result.control.number.to_owned(),
                    words.title(result.control).to_owned(),
                    result.state.to_string(),
                    sum(|outcome| if let Outcome::Ran { findings, .. } = outcome { *findings } else { 0 })
                        .to_string(),
                    sum(|outcome| if let Outcome::Ran { excepted, .. } = outcome { *excepted } else { 0 })
                        .to_string(),
                    names(&ran),
                    names(&not_run),
                    missing.join(report.report.catalogue.ui("framework.and")),
                ],
                out,
            )?;
        }
    }
    Ok(())
}

fn row(fields: &[String; COLUMNS.len()], out: &mut dyn Write) -> io::Result<()> {
    let fields: Vec<String> = fields.iter().map(|field| escape::csv(field)).collect();
    write!(out, "{}\r\n", fields.join(","))
}
