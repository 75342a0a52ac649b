//! `sekisho policy lint`: what is wrong with policies before they are used.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Result;
use sekisho_policy::admission::LoadOptions;
use sekisho_policy::rego::Packages;
use sekisho_policy::{Bundle, Material, Options, Weight};
use serde::Serialize;

use crate::arguments::policy::LintArguments;
use crate::arguments::rows::RowFormat;
use crate::policy::runtime::lint::EventCost;
use crate::policy::{self, Lint, lint, runtime, sorted};
use crate::terminal::{self, Status, Terminal};

/// Everything that was found.
#[derive(Serialize)]
struct Report<'a> {
    policies: usize,
    /// Rules for events.
    rules: usize,
    results: &'a [Lint],
    /// What rules for events cost, by source and type of event.
    #[serde(skip_serializing_if = "<[EventCost]>::is_empty")]
    costs: &'a [EventCost],
}

pub(crate) fn run(arguments: &LintArguments, terminal: &Terminal) -> Result<Status> {
    let mut settings = arguments.modules.settings().offline(terminal.offline);
    settings.lint = true;
    if arguments.modules.package.is_empty() {
        settings.packages = Packages::All;
    }
    let files = runtime::find(&arguments.paths)?;
    let others: Vec<PathBuf> = arguments.paths.iter().filter(|path| !files.contains(path)).cloned().collect();
    let bundle = match (files.is_empty(), others.is_empty()) {
        (true, _) => policy::bundle_with(&others, &options(), &settings)?,
        (false, false) => policy::bundle_or_nothing(&others, &options(), &settings)?,
        (false, true) => Bundle::compile(Material::default(), &settings.bundle_options(&options())),
    };
    // Tests of one file stand beside it.
    let beside = arguments.paths.iter().filter(|path| path.is_file()).filter_map(|path| {
        let tests = path.parent()?.join("tests");
        tests.is_dir().then_some(tests)
    });
    let with_tests: Vec<PathBuf> = arguments.paths.iter().cloned().chain(beside).collect();
    let tested = policy::testing::covered(&with_tests)?;
    let rules = runtime::lint::lint(&files, &tested)?;
    let mut found = lint(&bundle, &tested);
    found.extend(rules.results.iter().cloned());
    let found = sorted(found);
    let report =
        Report { policies: bundle.count(), rules: rules.rules, results: &found, costs: &rules.costs };
    terminal::write(arguments.output.as_deref(), |out| match arguments.format {
        RowFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &report)?;
            writeln!(out)
        }
        RowFormat::Table => {
            rules.write_costs(out)?;
            table(&report, out)
        }
    })?;
    let unread = !bundle.unread.is_empty();
    let wrong = bundle.loaded.problems.iter().any(|problem| problem.weight == Weight::Error);
    Ok(if unread || wrong || rules.is_broken {
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
        let code = lint.code.map(|code| format!("{code}  ")).unwrap_or_default();
        writeln!(out, "{}  {}  {code}{}", lint.place(), lint.kind.as_str(), lint.message)?;
    }
    if !report.results.is_empty() {
        writeln!(out)?;
    }
    let rules = if report.rules > 0 { format!("rules: {}, ", report.rules) } else { String::new() };
    let policies = if report.policies > 0 || report.rules == 0 {
        format!("policies: {}, ", report.policies)
    } else {
        String::new()
    };
    writeln!(out, "{policies}{rules}remarks: {}", report.results.len())
}
