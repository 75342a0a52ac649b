//! `sekisho report`: what the targets show of every control of a framework.

use std::collections::HashMap;

use anyhow::{Result, bail};
use sekisho_finding::{Persona, SkipReason};
use sekisho_framework::{Evidence, Outcome as RuleOutcome, RuleRun, Run};
use sekisho_posture::Census;
use sekisho_report::{FrameworkReport, Options, Report};

use crate::arguments::ReportArguments;
use crate::run::{self, Outcome};
use crate::terminal::{self, Status, Terminal};

pub(crate) fn run(arguments: ReportArguments, terminal: &Terminal) -> Result<Status> {
    if let Some(database) = arguments.from.clone() {
        return super::stored::run(&database, arguments);
    }
    let framework = arguments.framework.as_deref().unwrap_or_default();
    if framework == "list" {
        terminal::write(None, |out| {
            for framework in sekisho_framework::frameworks() {
                writeln!(out, "{:26}{} {}", framework.id, framework.name, framework.version)?;
            }
            Ok(())
        })?;
        return Ok(Status::Clean);
    }
    let Some(framework) = sekisho_framework::framework(framework) else {
        let known: Vec<_> = sekisho_framework::frameworks().map(|framework| framework.id).collect();
        bail!("unknown framework `{framework}`: use one of {}", known.join(", "));
    };
    let writer = FrameworkReport::writer(arguments.format)?;

    let mut request = arguments.targets.request(terminal);
    // A control passes only when every check that answers for it ran, the pedantic ones too.
    request.persona.get_or_insert(Persona::Pedantic);
    let outcome = run::run(&request)?;
    let rule_runs = rule_runs(&outcome);
    let results = sekisho_framework::assess(framework, &rule_runs);
    let catalogue = terminal.catalogue(outcome.config.document.language.as_deref())?;
    let targets: Vec<String> = request.targets.iter().map(|target| target.display().to_string()).collect();
    let report = FrameworkReport {
        report: Report {
            version: env!("CARGO_PKG_VERSION"),
            targets: &targets,
            findings: &outcome.findings,
            rules: &outcome.rules,
            sources: outcome.inventory.sources(),
            coverage: &outcome.coverage,
            actions: &outcome.actions,
            fail_on: None,
            catalogue: &catalogue,
            documentation: super::DOCUMENTATION,
            started: None,
        },
        framework,
        results: &results,
        date: &arguments.date.unwrap_or_else(super::today).to_string(),
    };
    let options = Options {
        color: arguments.output.is_none() && terminal.color(),
        width: terminal::width(),
        ..Options::default()
    };
    terminal::write(arguments.output.as_deref(), |out| writer(&report, &options, out))?;
    Ok(if outcome.coverage.failures().next().is_some() {
        Status::Incomplete
    } else if outcome.coverage.objects == 0 {
        Status::Nothing
    } else {
        Status::Clean
    })
}

/// What every built-in check did, those that did not run included.
fn rule_runs(outcome: &Outcome) -> Run<'_> {
    let census = Census::of(&outcome.inventory);
    let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
    for finding in &outcome.findings {
        let (findings, excepted) = counts.entry(finding.rule.as_ref()).or_default();
        *(if finding.suppressed.is_none() { findings } else { excepted }) += 1;
    }
    let ran = |slug: &str| outcome.rules.iter().any(|rule| rule.id == slug);
    let rules = sekisho_posture::checks()
        .map(|check| {
            let (findings, excepted) = counts.get(check.id).copied().unwrap_or_default();
            let subjects = census.subjects(check);
            let evidence = vec![Evidence::Manifest];
            RuleRun {
                rule: check.id,
                controls: check.controls.to_vec(),
                outcome: if ran(check.id) {
                    RuleOutcome::Ran { evidence, subjects, findings, excepted }
                } else {
                    RuleOutcome::NotRun
                },
            }
        })
        .collect();
    let unread =
        |reason: &SkipReason| matches!(reason, SkipReason::Unreadable(_) | SkipReason::NotRendered(_));
    Run { rules, unreadable: outcome.coverage.skipped.iter().filter(|skip| unread(&skip.reason)).count() }
}
