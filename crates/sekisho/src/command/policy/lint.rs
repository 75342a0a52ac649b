//! `sekisho policy lint`: what is wrong with policies before they are used.

use std::io::{self, Write};

use anyhow::Result;
use sekisho_policy::admission::LoadOptions;
use sekisho_policy::rego::Packages;
use sekisho_policy::{Options, Weight};
use serde::Serialize;

use crate::arguments::policy::LintArguments;
use crate::arguments::rows::RowFormat;
use crate::policy::{self, Lint, lint};
use crate::terminal::{self, Status, Terminal};

/// Everything that was found.
#[derive(Serialize)]
struct Report<'a> {
    policies: usize,
    results: &'a [Lint],
}

pub(crate) fn run(arguments: &LintArguments, terminal: &Terminal) -> Result<Status> {
    let mut settings = arguments.modules.settings().offline(terminal.offline);
    settings.lint = true;
    if arguments.modules.package.is_empty() {
        settings.packages = Packages::All;
    }
    let bundle = policy::bundle_with(&arguments.paths, &options(), &settings)?;
    let tested = policy::testing::covered(&arguments.paths)?;
    let found = lint(&bundle, &tested);
    let report = Report { policies: bundle.count(), results: &found };
    terminal::write(arguments.output.as_deref(), |out| match arguments.format {
        RowFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &report)?;
            writeln!(out)
        }
        RowFormat::Table => table(&report, out),
    })?;
    let unread = !bundle.unread.is_empty();
    let wrong = bundle.loaded.problems.iter().any(|problem| problem.weight == Weight::Error);
    Ok(if unread || wrong {
        Status::Incomplete
    } else if found.is_empty() {
        Status::Clean
    } else {
        Status::Findings
    })
}

/// Policies that nothing binds are looked at too, and expressions by the schemas of the built-in kinds.
fn options() -> Options {
    let admission = LoadOptions { unbound: true, lints: true, ..LoadOptions::default() };
    Options { admission, ..Options::default() }
}

fn table(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for lint in report.results {
        writeln!(out, "{}  {}  {}", lint.place(), lint.kind.as_str(), lint.message)?;
    }
    if !report.results.is_empty() {
        writeln!(out)?;
    }
    writeln!(out, "policies: {}, remarks: {}", report.policies, report.results.len())
}
