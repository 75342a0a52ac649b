//! `sekisho policy check`: applies policies to resources.

use std::io::{self, Write};
use std::mem;

use anyhow::Result;
use sekisho_policy::admission::LoadOptions;
use sekisho_policy::{Bundle, Options};

use crate::arguments::pod_security;
use crate::arguments::policy::{CheckArguments, FailOn};
use crate::arguments::rows::RowFormat;
use crate::policy::{self, Report, Resources, ResultWord, Row, Shown, given};
use crate::terminal::{self, Status, Terminal};

pub(crate) fn run(arguments: &CheckArguments, terminal: &Terminal) -> Result<Status> {
    let given = given::read(&arguments.given)?;
    let options = Options {
        admission: LoadOptions { unbound: arguments.unbound, ..LoadOptions::default() },
        pod_security: pod_security::preset(&arguments.pod_security)?,
        kyverno: given.clone(),
        ..Options::default()
    };
    let bundle = policy::bundle_with(
        &arguments.policy,
        &options,
        &arguments.modules.settings().offline(terminal.offline),
    )?;
    let resources = Resources::read(&arguments.resource)?;
    let rows = policy::check(&bundle, &resources, &arguments.namespace, &arguments.sender(), &given);
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
    let status = status(arguments.fail_on, &bundle, &report, &rows);
    // The process ends now, and taking all that was read apart piece by piece would cost time for nothing.
    mem::forget(report);
    mem::forget((rows, bundle, resources));
    Ok(status)
}

fn json(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    writeln!(out)
}

/// How the run ends. What could not be used comes first: refusals may hide in it.
fn status(fail_on: FailOn, bundle: &Bundle, report: &Report<'_>, rows: &[Row]) -> Status {
    if bundle.errors().next().is_some() || report.summary.error > 0 || has_unread(report, bundle) {
        Status::Incomplete
    } else if bundle.count() == 0 {
        Status::Nothing
    } else if rows.iter().any(|row| fails(fail_on, row.result)) {
        Status::Findings
    } else {
        Status::Clean
    }
}

/// Whether a result fails the run.
fn fails(fail_on: FailOn, result: ResultWord) -> bool {
    match fail_on {
        FailOn::Fail => result == ResultWord::Fail,
        FailOn::Warn => matches!(result, ResultWord::Fail | ResultWord::Warn),
        FailOn::None => false,
    }
}

/// Whether something could not be read.
fn has_unread(report: &Report<'_>, bundle: &Bundle) -> bool {
    report.problems.len() > bundle.loaded.problems.len()
}
