//! `sekisho policy check`: applies policies to resources.

use std::io::{self, Write};

use anyhow::Result;
use sekisho_policy::Options;

use crate::arguments::policy::{CheckArguments, RowFormat};
use crate::policy::{self, Bundle, Report, Resources, ResultWord, Row, Shown};
use crate::terminal::{self, Status, Terminal};

pub(crate) fn run(arguments: &CheckArguments, terminal: &Terminal) -> Result<Status> {
    let bundle = Bundle::read(&arguments.policy, &Options::default())?;
    let resources = Resources::read(&arguments.resource)?;
    let rows = policy::check(&bundle, &resources, &arguments.namespace);
    let report = Report::new(&rows, &bundle, &resources);
    let color = arguments.output.is_none() && terminal.color();
    let shown = if arguments.all { Shown::All } else { Shown::Wrong };
    terminal::write(arguments.output.as_deref(), |out| match arguments.format {
        RowFormat::Json => json(&report, out),
        RowFormat::Table => {
            policy::write_problems(&report, out)?;
            policy::write_table(&rows, shown, color, out)
        }
    })?;
    Ok(status(&bundle, &report, &rows))
}

fn json(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    writeln!(out)
}

/// How the run ends. What could not be used comes first: refusals may hide in it.
fn status(bundle: &Bundle, report: &Report<'_>, rows: &[Row]) -> Status {
    if bundle.errors().next().is_some() || report.summary.error > 0 || has_unread(report, bundle) {
        Status::Incomplete
    } else if bundle.count() == 0 {
        Status::Nothing
    } else if rows.iter().any(|row| row.result == ResultWord::Fail) {
        Status::Findings
    } else {
        Status::Clean
    }
}

/// Whether something could not be read.
fn has_unread(report: &Report<'_>, bundle: &Bundle) -> bool {
    report.problems.len() > bundle.loaded.problems.len()
}
