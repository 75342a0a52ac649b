//! `sekisho scan`: look for what is wrong and say what to do first.

use std::fmt::Display;

use anyhow::Result;
use sekisho_finding::Severity;
use sekisho_finding::suppress::Baseline;
use sekisho_report::{Detail, Format, Options, Report};

use crate::arguments::ScanArguments;
use crate::run::{self, Outcome};
use crate::terminal::{self, Status, Terminal};
use crate::whole_file::write_atomically;

pub(crate) fn run(arguments: ScanArguments, terminal: &Terminal) -> Result<Status> {
    let mut request = arguments.targets.request(terminal);
    request.baseline = arguments.baseline;
    request.policies = arguments.policy;
    request.pod_security = crate::arguments::pod_security::preset(&arguments.pod_security)?;
    request.credentials = Some(arguments.credentials.asked());
    request.vulnerabilities = Some(arguments.vulnerabilities.wanted());
    request.modules = arguments.modules.settings().offline(terminal.offline);
    request.images = Some(arguments.images.settings(terminal.offline));
    if arguments.write_baseline.is_some() {
        request.without_baseline = true;
    }
    let outcome = run::run(&request)?;
    let catalogue = terminal.catalogue(outcome.config.document.language.as_deref())?;
    if let Some(path) = &arguments.write_baseline {
        write_atomically(path, Baseline::of(&outcome.findings).to_text().as_bytes())?;
        let findings = catalogue.count("findings", outcome.counted().count());
        let written = [("findings", &findings as &dyn Display), ("path", &path.display())];
        terminal.note(catalogue.fill("baseline.written", &written));
    }

    let fail_on = arguments
        .fail_on
        .or(outcome.config.document.scan.fail_on)
        .map_or(Some(Severity::High), |fail_on| fail_on.0);
    let targets: Vec<String> = request.targets.iter().map(|target| target.display().to_string()).collect();
    // A SAST report must say when it ran; all others are the same bytes on every run.
    let formats = || arguments.report.iter().map(|further| further.format).chain([arguments.format]);
    let started = formats().any(|format| format == Format::GitlabSast).then(super::now);
    let report = Report {
        version: env!("CARGO_PKG_VERSION"),
        targets: &targets,
        findings: &outcome.findings,
        rules: &outcome.rules,
        sources: outcome.inventory.sources(),
        coverage: &outcome.coverage,
        actions: &outcome.actions,
        fail_on,
        catalogue: &catalogue,
        documentation: super::DOCUMENTATION,
        started: started.as_deref(),
    };
    let options = Options {
        color: arguments.output.is_none() && terminal.color(),
        width: terminal::width(),
        detail: match (arguments.all, arguments.compact) {
            (true, _) => Detail::Full,
            (_, true) => Detail::Compact,
            _ => Detail::Summary,
        },
        suppressed: arguments.show_suppressed,
        ..Options::default()
    };
    terminal::write(arguments.output.as_deref(), |out| arguments.format.write(&report, &options, out))?;
    for further in &arguments.report {
        let options = Options { color: false, ..options };
        terminal::write(Some(&further.file), |out| further.format.write(&report, &options, out))?;
    }
    if let Some(database) = &outcome.database {
        terminal.note(catalogue.fill("coverage.database", &[("database", database)]));
    }
    Ok(status(&outcome, fail_on))
}

/// How the run ends. What could not be examined comes first: findings may hide in it.
fn status(outcome: &Outcome, fail_on: Option<Severity>) -> Status {
    if outcome.coverage.failures().next().is_some() {
        Status::Incomplete
    } else if outcome.coverage.examined_nothing() && outcome.counted().next().is_none() {
        Status::Nothing
    } else if outcome.fails_at(fail_on) {
        Status::Findings
    } else {
        Status::Clean
    }
}
